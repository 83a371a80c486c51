import { loadSettings } from '../../src/config/load-settings.js';
import { jobManagerModel, taskManagerModel } from '../../src/config/memory-model.js';
import type { ErrorData } from '../../src/errors/etl-error.js';
import { renderDiagnosticCount, renderDiagnostics, type Diagnostic } from '../../src/cli/render/diagnostics.js';
import { renderGithubDiagnostics, sarifOf } from '../../src/cli/render/machine-diagnostics.js';
import { renderMemoryReport } from '../../src/cli/render/memory-report.js';
import { createRunRenderer } from '../../src/cli/render/run-renderer.js';
import { painter, toAscii, type Terminal } from '../../src/cli/terminal.js';
import { goldenScripts } from '../support/golden.js';
import { parseEvent } from './run-script.js';

/** Words of a command: `width=40 tty color ascii`. */
function options(args: readonly string[]): {
  readonly has: (word: string) => boolean;
  readonly width: number;
  readonly rows: number;
} {
  const number = (name: string, fallback: number) =>
    Number(args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? fallback);
  return { has: (word) => args.includes(word), width: number('width', 80), rows: number('rows', 24) };
}

function recorder(args: readonly string[]): Terminal & { readonly text: () => string; resize(to: number): void } {
  const { has, width, rows } = options(args);
  let columns = width;
  const written: string[] = [];
  return {
    write: (text) => void written.push(has('ascii') ? toAscii(text) : text),
    text: () =>
      written
        .join(has('tty') ? '┄\n' : '')
        .replaceAll('\x1b', '␛')
        .replaceAll('\r', '␍'),
    isInteractive: has('tty'),
    hasColor: has('color'),
    isAscii: has('ascii'),
    get columns() {
      return columns;
    },
    resize: (to) => void (columns = to),
    rows,
  };
}

goldenScripts('test/cli/render', (command, args, input) => {
  const { has, width } = options(args);
  const terminal = recorder(args);
  const style = { width, paint: painter(terminal) };
  switch (command) {
    case 'run': {
      const renderer = createRunRenderer({
        mode: has('json') ? 'json' : has('quiet') ? 'quiet' : 'text',
        isVerbose: has('verbose'),
        messages: terminal,
        data: terminal.write,
        sharesTerminal: has('shared'),
        version: '0.1.0',
        command: 'etl run jobs/users.yaml',
        clock: (timeMs) => new Date(timeMs).toISOString().slice(11, 19),
      });
      for (const line of input.split('\n')) {
        if (line.startsWith('resize ')) terminal.resize(Number(line.slice(7)));
        else renderer.on(parseEvent(line));
      }
      return terminal.text();
    }
    case 'memory': {
      const slots = Number(args.find((arg) => arg.startsWith('slots='))?.slice(6) ?? 1);
      const { settings } = loadSettings({ defines: input.split('\n').filter((line) => line !== '') });
      terminal.write(
        renderMemoryReport(has('jobmanager') ? jobManagerModel(settings) : taskManagerModel(settings, slots), width),
      );
      return terminal.text();
    }
    case 'diagnostics': {
      const problems = input
        .split('\n')
        .map((line) => JSON.parse(line) as ErrorData & { severity?: Diagnostic['severity'] });
      const diagnostics: Diagnostic[] = problems.map(({ severity = 'error', ...problem }) => ({ severity, problem }));
      if (has('sarif')) return JSON.stringify(sarifOf(diagnostics, '0.1.0'), null, 2);
      if (has('github')) return renderGithubDiagnostics(diagnostics);
      terminal.write(renderDiagnostics(diagnostics, style) + renderDiagnosticCount(diagnostics, 1));
      return terminal.text();
    }
    default:
      throw new Error(`no such command: ${command}`);
  }
});
