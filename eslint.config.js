// The rules of design that a linter can hold. Form is prettier's, walls between folders are dependency-cruiser's, unused code is knip's.
import tseslint from 'typescript-eslint';

const process = (property, message) => ({ object: 'process', property, message });

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'coverage/',
      'out/',
      '.data/',
      'bench/results/',
      'test/fixtures/**/*.{js,cjs}',
      '.dependency-cruiser.cjs',
    ],
  },
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 400],
      'no-console': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-var': 'error',
      'no-template-curly-in-string': 'off', // the job file's own syntax
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off', // invariants that the type system cannot see; indexes are unchecked anyway
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'No enum: a union of string literals.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespace.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
        { selector: 'ExportNamedDeclaration[source]', message: 'No barrels: import from the file that has it.' },
        { selector: 'ExportDefaultDeclaration', message: 'Only commands have default exports.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'commands/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-properties': [
        'error',
        process('env', 'The environment is read in config/ and cli/ only; take it as a parameter.'),
        process('cwd', 'The working directory is known in config/ and cli/ only; take it as a parameter.'),
        process('exit', 'Only bin/ and slot/main.ts end the process.'),
      ],
    },
  },
  // The edges of the process: they may see it, but not end it.
  {
    files: ['src/config/**/*.ts', 'src/cli/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', process('exit', 'Only bin/ and slot/main.ts end the process.')] },
  },
  { files: ['src/slot/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  // The one public entry may pass names on.
  {
    files: ['src/index.ts'],
    rules: { 'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'Name what is public.' }] },
  },
  // oclif finds commands by their default export; tools find their configuration the same way; vitest its global setup.
  {
    files: ['commands/**/*.ts', '*.config.*', 'test/support/global-setup.ts', 'test/fixtures/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['commands/**/*.ts'], rules: { 'max-lines': ['error', 100] } },
  { files: ['scripts/**', 'bench/**', 'test/**'], rules: { 'no-console': 'off' } },
);
