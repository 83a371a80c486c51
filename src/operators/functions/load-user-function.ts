/**
 * Loads a function out of a user's own module: plain ESM, or TypeScript.
 *
 * TypeScript needs a Node that strips types itself (22.18 and newer). On an older Node the `typescript` package of the
 * user's project transpiles it, when there is one; else ETL-3090 says what to do. The module runs with the user's rights.
 */
import { createRequire, register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EtlError } from '../../errors/etl-error.js';

/** What it is called with depends on the step: rows, iterators over rows, and what it may use beside them. */
export type UserFunction = (...args: readonly unknown[]) => unknown;

export async function loadUserFunction(module: string, name: string, baseDir: string): Promise<UserFunction> {
  const file = path.resolve(baseDir, module);
  const what = `function "${name}" of ${module}`;
  let exported: Record<string, unknown>;
  try {
    if (/\.[cm]?ts$/.test(file)) allowTypeScript(file);
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof EtlError) throw error;
    throw new EtlError('ETL-3090', `cannot load ${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const found = exported[name];
  if (typeof found === 'function') return found as UserFunction;
  const names = Object.keys(exported).filter((key) => typeof exported[key] === 'function');
  throw new EtlError('ETL-3090', `${module} exports no function "${name}"`, {
    hint: names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports no function at all',
  });
}

/** Makes `import` accept TypeScript in this process, if Node does not by itself. */
function allowTypeScript(file: string): void {
  if ('typescript' in process.features && process.features.typescript) return;
  let typescript: string;
  try {
    typescript = createRequire(file).resolve('typescript');
  } catch {
    throw new EtlError('ETL-3090', `Node ${process.version} cannot load the TypeScript module ${file} by itself`, {
      hint: 'use Node 22.18 or newer, or `npm install typescript` beside the module, or name a compiled .js file',
    });
  }
  register(new URL('./typescript-loader.js', import.meta.url), {
    data: { typescript: pathToFileURL(typescript).href },
  });
}
