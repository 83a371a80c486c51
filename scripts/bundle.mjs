/**
 * Packs what `tsc` compiled, and every library it uses, into a few files in dist/bundle: what bin/run.js and the npm
 * package run. One file instead of hundreds is what makes `etl` start fast (src/decisions/2026-11-22-one-bundle.md).
 *
 * Nothing is minified: stacks and profiles show our names. Native code (better-sqlite3) stays outside.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = path.join(root, 'dist');
const target = path.join(compiled, 'bundle');

const commands = readdirSync(path.join(compiled, 'commands')).filter((file) => file.endsWith('.js'));
const bundle = await rolldown({
  input: {
    cli: path.join(compiled, 'src/cli/run-cli.js'),
    index: path.join(compiled, 'src/index.js'),
    ...Object.fromEntries(
      commands.map((file) => [`commands/${path.parse(file).name}`, path.join(compiled, 'commands', file)]),
    ),
  },
  platform: 'node',
  external: ['better-sqlite3', 'better-sqlite3-node20', 'pg-native', 'typescript'], // native, or used only where the user has it
  // pg asks for it to see whether it runs at Cloudflare, and Node 20 loads its whole HTTP client for an answer.
  transform: { define: { Response: 'undefined' } },
  plugins: [modulesByUrl()],
  onwarn: (warning) => {
    if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message);
    process.stderr.write(`${warning.message}\n`);
  },
});
rmSync(target, { recursive: true, force: true, maxRetries: 3 });
const { output } = await bundle.write({
  dir: target,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
const libraries = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).map(packageOf);
writeFileSync(path.join(target, 'THIRD-PARTY-LICENSES.txt'), licences(libraries.filter((one) => one !== null)));

/**
 * `new URL('./x.js', import.meta.url)` names a module that is started by its URL (a slot, a loader thread): it becomes an
 * entry of the bundle, and the URL that of its place there.
 * @returns {import('rolldown').Plugin}
 */
function modulesByUrl() {
  return {
    name: 'modules-by-url',
    transform: {
      filter: { id: /dist\/(src|commands)\// },
      handler(code, id) {
        return code.replaceAll(/new URL\('(\.[^']+\.js)', import\.meta\.url\)/g, (_all, file) => {
          const module = path.resolve(path.dirname(id), file);
          const reference = this.emitFile({
            type: 'chunk',
            id: module,
            fileName: path.relative(path.join(compiled, 'src'), module),
          });
          return `new URL(import.meta.ROLLUP_FILE_URL_${reference})`;
        });
      },
    },
  };
}

/** The folder of the library that a module belongs to; null for ours. @param {string} id @returns {string | null} */
function packageOf(id) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? null;
}

/** Every library's name, version and licence text, as their licences ask. @param {string[]} folders @returns {string} */
function licences(folders) {
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceText(folder)}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** From a file of its own, else from the end of the readme. @param {string} folder @returns {string} */
function licenceText(folder) {
  const files = readdirSync(folder);
  const own = files.find((file) => /^licen[cs]e/i.test(file));
  const readme = files.find((file) => /^readme/i.test(file));
  if (own !== undefined) return readFileSync(path.join(folder, own), 'utf8').trim();
  const [, text] =
    /^#+ *licen[cs]e\n+(.*)/ims.exec(readFileSync(path.join(folder, readme ?? 'README.md'), 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${folder}: no licence found that the bundle could take along`);
  return text.trim();
}
