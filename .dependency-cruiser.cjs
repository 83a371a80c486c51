/**
 * The walls of the house (src/README.md), type imports counted. A wall is written as: who may not reach what.
 */
const io =
  '^(node:)?(fs|fs/promises|net|tls|http|https|http2|dns|dgram|child_process|worker_threads|cluster|readline)$';
const ground = '^src/(errors|columnar|kernels|config|text)/';

/** A driver belongs to one connector, and is imported inside functions. */
const drivers = [
  ['postgres', '^node_modules/(@types/)?(pg|pg-cursor|pg-copy-streams|pg-query-stream)/'],
  ['redis', '^node_modules/ioredis/'],
  ['sqlite', '^node_modules/(@types/)?better-sqlite3(-node20)?/'],
];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'ground-floor',
      comment: 'errors, columnar, kernels, config and text import only each other',
      severity: 'error',
      from: { path: ground },
      to: { path: '^src/', pathNot: ground },
    },
    {
      name: 'columns-know-no-kernels',
      severity: 'error',
      from: { path: '^src/columnar/' },
      to: { path: '^src/kernels/' },
    },
    {
      name: 'ground-floor-does-no-io',
      comment: 'config alone reads, and only its own file',
      severity: 'error',
      from: { path: '^src/(errors|columnar|kernels|text)/' },
      to: { path: io },
    },
    {
      name: 'planning-does-no-io',
      comment: 'spec, expr, split and plan are data in, data out; spec/read-text.ts reads job files for them',
      severity: 'error',
      from: { path: '^src/(spec|expr|split|plan)/', pathNot: '^src/spec/read-text\\.ts$' },
      to: { path: io },
    },
    {
      name: 'planning-knows-no-runtime',
      severity: 'error',
      from: { path: '^src/(spec|expr|split|plan)/' },
      to: { path: '^src/(coordinator|slot|operators|memory|spill|exchange|cli)/' },
    },
    {
      name: 'split-and-expr-are-leaves',
      comment: 'they know the ground floor and themselves',
      severity: 'error',
      from: { path: '^src/(split|expr)/' },
      to: { path: '^src/', pathNot: [ground, '^src/(split|expr)/'] },
    },
    {
      name: 'memory-and-spill-are-leaves',
      comment: 'they know the ground floor, and not each other',
      severity: 'error',
      from: { path: '^src/(memory|spill)/' },
      to: { path: '^src/', pathNot: [ground, '^src/$1/'] },
    },
    {
      name: 'connectors-through-the-list',
      comment: 'outside of connectors/ only the shape (connector.ts) and the list (registry.ts) are known',
      severity: 'error',
      from: { path: '^(src|commands)/', pathNot: '^src/connectors/' },
      to: { path: '^src/connectors/[^/]+/' },
    },
    {
      name: 'connectors-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/' },
      to: { path: '^src/connectors/[^/]+/', pathNot: ['^src/connectors/$1/', '^src/connectors/shared/'] },
    },
    {
      name: 'connectors-know-no-runtime',
      severity: 'error',
      from: { path: '^src/(connectors|operators)/' },
      to: { path: '^src/(coordinator|slot|plan|spec|cli)/' },
    },
    {
      name: 'coordinator-and-slot-are-apart',
      comment: 'they share protocol/ only',
      severity: 'error',
      from: { path: '^src/coordinator/' },
      to: { path: '^src/slot/' },
    },
    {
      name: 'slot-and-coordinator-are-apart',
      severity: 'error',
      from: { path: '^src/slot/' },
      to: { path: '^src/(coordinator|plan|spec|cli)/' },
    },
    {
      name: 'the-parent-runs-no-operator',
      comment: 'of spilling it knows where the directories are: it sweeps them',
      severity: 'error',
      from: { path: '^src/(coordinator|plan|spec|cli)/|^src/index\\.ts$' },
      to: { path: '^src/(operators|memory|spill|exchange|kernels)/', pathNot: '^src/spill/spill-directory\\.ts$' },
    },
    {
      name: 'protocol-is-plain-data',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/(coordinator|slot|operators|plan|spec|cli|memory|spill|exchange)/|^src/connectors/registry' },
    },
    {
      name: 'commands-are-a-porch',
      comment: 'commands/ knows src/index.ts and src/cli/',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^src/', pathNot: '^src/(index\\.ts$|cli/)' },
    },
    {
      name: 'the-engine-knows-no-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^(src/cli|commands)/|^node_modules/@oclif/' },
    },
    {
      name: 'src-is-not-built-on-its-tests',
      severity: 'error',
      from: { path: '^(src|commands)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    ...drivers.flatMap(([folder, driver]) => [
      {
        name: `only-${folder}-has-its-driver`,
        severity: 'error',
        from: { path: '^(src|commands)/', pathNot: `^src/connectors/${folder}/` },
        to: { path: driver },
      },
      {
        name: `${folder}-loads-its-driver-lazily`,
        comment: 'await import() inside a function; types by import type',
        severity: 'error',
        from: { path: `^src/connectors/${folder}/` },
        to: { path: driver, dynamic: false, dependencyTypesNot: ['type-only'] },
      },
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
