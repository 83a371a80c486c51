/**
 * Scripts: `load [VAR=value …] [--param name=value …] [--every-operator] [--show key]` with a job file as input; the output is all problems, or
 * (part of) the spec and its warnings. `shared` sets the text of conf/connections.yaml for the loads after it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { EtlErrors } from '../../src/errors/etl-errors.js';
import type { EtlError } from '../../src/errors/etl-error.js';
import { loadJob } from '../../src/spec/load-job.js';
import { goldenSessions } from '../support/golden.js';
import { sampleConnectors } from './sample-connectors.js';

const folder = mkdtempSync(path.join(tmpdir(), 'etl-spec-'));
mkdirSync(path.join(folder, 'conf'));
afterAll(() => rmSync(folder, { recursive: true }));

goldenSessions('test/spec/scripts', () => {
  const shared = path.join(folder, 'conf', 'connections.yaml');
  return {
    run: async (command, args, input) => {
      if (command === 'shared') return writeFileSync(shared, `${input}\n`) ?? '';
      const { env, params, show } = readArguments(args);
      try {
        const document = await loadJob(path.join(folder, 'job.yaml'), {
          text: input,
          env,
          params,
          connectors: sampleConnectors,
        });
        const shown = show === null ? document.spec : (document.spec as unknown as Record<string, unknown>)[show];
        return [
          ...document.warnings.map((warning) => `warning ${problemText(warning)}`),
          JSON.stringify(shown, null, 1).replace(/\n\s*/g, ' ').replaceAll('}, "', '},\n "'),
        ].join('\n');
      } catch (error) {
        if (!(error instanceof EtlErrors)) throw error;
        return [
          ...error.problems.map(problemText),
          ...error.warnings.map((warning) => `warning ${problemText(warning)}`),
        ].join('\n');
      }
    },
    close: () => rmSync(shared, { force: true }),
  };
});

function readArguments(args: readonly string[]) {
  const env: Record<string, string> = {};
  const params: Record<string, string> = {};
  let show: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const target = args[i] === '--param' ? params : env;
    if (args[i] === '--show') show = args[++i];
    else {
      const [name, ...value] = (args[i] === '--param' ? args[++i] : args[i]).split('=');
      target[name] = value.join('=');
    }
  }
  return { env, params, show };
}

/** `line:col code message | hint`, and the excerpt with what is underlined between brackets. */
function problemText(error: EtlError): string {
  const { at } = error;
  const file = path.basename(at?.file ?? '');
  const place = `${file === 'job.yaml' ? '' : `${file}:`}${at?.line ?? '-'}:${at?.column ?? '-'}`;
  const lines = [`${place} ${error.code} ${error.message}${error.hint === undefined ? '' : ` | ${error.hint}`}`];
  if (at?.excerpt !== undefined && at.column !== undefined && at.length !== undefined) {
    const start = at.column - 1;
    lines.push(
      `    ${at.excerpt.slice(0, start)}⟦${at.excerpt.slice(start, start + at.length)}⟧${at.excerpt.slice(start + at.length)}`,
    );
  }
  return lines.join('\n');
}
