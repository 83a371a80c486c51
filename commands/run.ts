import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { parseCountFlag, parseIfRunning } from '../src/cli/parse-flags.js';
import { createRunRenderer } from '../src/cli/render/run-renderer.js';
import type { RunRenderer } from '../src/cli/render/run-renderer-options.js';
import { localTime } from '../src/cli/render/run-text.js';
import { endSkipped, endUnstarted, isBusy, statusText, withRejectExit } from '../src/cli/run-audience.js';
import { jobFlags, jobRequest } from '../src/cli/run-flags.js';
import { cancelOnSignals } from '../src/cli/signals.js';

export default class Run extends BaseCommand {
  static override summary = 'Run a job to its end.';
  static override description =
    'Rows go to the sinks of the job; progress and the summary go to stderr. On a terminal progress is redrawn, elsewhere it is a line a minute or every tenth.';
  static override examples = [
    '<%= config.bin %> run jobs/users.yaml -p 4',
    '<%= config.bin %> run jobs/users.yaml --param since=2026-01-01 -D taskmanager.memory.process.size=4g',
    '<%= config.bin %> run jobs/users.yaml --if-running skip',
    '<%= config.bin %> run jobs/users.yaml --limit 10 --sink print',
    '<%= config.bin %> run jobs/users.yaml --json | tail -1',
  ];
  static override args = { job: Args.string({ required: true, description: 'Job file; - is standard input.' }) };
  static override flags = {
    ...jobFlags,
    limit: Flags.string({ helpValue: 'N', summary: 'At most this many rows for each sink.' }),
    sink: Flags.option({
      options: ['print'] as const,
      summary: 'Print the rows instead of writing them to the sinks of the job.',
    })(),
    'if-running': Flags.string({
      helpValue: 'WHAT',
      default: 'fail',
      summary: 'When another run of the job is active: fail, skip, or wait:10m.',
    }),
    'fail-on-rejects': Flags.boolean({ summary: 'Exit 5 when rows were rejected.' }),
    quiet: Flags.boolean({ char: 'q', exclusive: ['json', 'verbose'], summary: 'Say nothing unless the run fails.' }),
    verbose: Flags.boolean({ char: 'v', summary: 'Say also what is only of interest when something is wrong.' }),
  };

  private renderer: RunRenderer | null = null;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Run);
    const request = {
      ...jobRequest(args.job, flags, this.settingsOf(flags), this.env),
      limit: parseCountFlag('--limit', flags.limit, 0),
      sink: flags.sink ?? null,
    };
    const ifRunning = parseIfRunning(flags['if-running']);
    let latest: Parameters<typeof statusText>[0] = null;
    const { cancel, kill, dispose } = cancelOnSignals(
      (message) => renderer.on({ type: 'warn', message, timeMs: Date.now() }),
      () => statusText(latest),
    );
    const renderer = this.rendererFor(flags.json ? 'json' : flags.quiet ? 'quiet' : 'text', flags.verbose, args.job);
    try {
      const { runJob } = await import('../src/index.js');
      const end = await runJob({
        ...request,
        waitMs: ifRunning.waitMs,
        output: this.outputFor(flags.json, request.limit),
        print: this.stdout.write,
        cancel,
        kill,
        emit: (event) => {
          if (event.type === 'progress') latest = event;
          renderer.on(withRejectExit(event, flags['fail-on-rejects']));
        },
      });
      this.exitWith(withRejectExit(end, flags['fail-on-rejects']).exit.code);
    } catch (error) {
      if (!ifRunning.skip || !isBusy(error)) throw error;
      endSkipped(error, renderer);
    } finally {
      dispose();
    }
  }

  /** The last line of `--json` is an `end`, also when the run never began. */
  override async catch(error: unknown): Promise<void> {
    if (!this.wantsJson) return super.catch(error);
    this.exitWith(endUnstarted(this.describe(error), this.renderer ?? this.rendererFor('json', false, '')));
  }

  private rendererFor(mode: 'text' | 'json' | 'quiet', isVerbose: boolean, job: string): RunRenderer {
    this.renderer = createRunRenderer({
      mode,
      isVerbose,
      messages: this.stderr,
      data: this.stdout.write,
      sharesTerminal: this.stdout.isInteractive,
      version: this.config.version,
      command: `${this.config.bin} run ${job}`,
      clock: localTime,
    });
    return this.renderer;
  }
}
