/** A module loader hook (its own thread) that turns TypeScript into JavaScript with the user's `typescript` package. */
import { readFile } from 'node:fs/promises';
import type { InitializeHook, LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as TypeScript from 'typescript';

interface Loader {
  typescript: typeof TypeScript | null;
}
const loader: Loader = { typescript: null };

export const initialize: InitializeHook<{ typescript: string }> = async (data) => {
  const imported = (await import(data.typescript)) as { default: typeof TypeScript };
  loader.typescript = imported.default;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  if (loader.typescript === null || !/^file:.*\.[cm]?ts$/.test(url)) return nextLoad(url, context);
  const { transpileModule, ModuleKind, ScriptTarget } = loader.typescript;
  const text = await readFile(fileURLToPath(url), 'utf8');
  const { outputText } = transpileModule(text, {
    fileName: fileURLToPath(url),
    compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022, inlineSourceMap: true },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
};
