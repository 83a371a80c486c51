#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const argv = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
if (argv.length === 1 && ['--version', '-V'].includes(argv[0])) {
  // Answered here because loading the command framework costs ten times as much.
  process.stdout.write(
    `etl/${JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version} ${process.platform}-${process.arch} node-${process.version}\n`,
  );
} else {
  module.enableCompileCache?.();
  const { runCli } = await import('../dist/bundle/cli.js');
  await runCli(argv, root);
  setTimeout(() => process.exit(), 2000).unref(); // what is done must end, whatever handle was left open
}
