import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { parseCountFlag } from '../src/cli/parse-flags.js';
import { createRunRenderer } from '../src/cli/render/run-renderer.js';
import { localTime } from '../src/cli/render/run-text.js';
import { jobFlags, jobRequest } from '../src/cli/run-flags.js';
import { cancelOnSignals } from '../src/cli/signals.js';

const { at: logicalTime, ...sharedFlags } = jobFlags;

export default class Preview extends BaseCommand {
  static override summary = 'Show the first rows after any source or step.';
  static override description = 'The rows go through the real chain; nothing is written to the sinks of the job.';
  static override examples = [
    '<%= config.bin %> preview jobs/users.yaml',
    '<%= config.bin %> preview jobs/users.yaml --at enriched --limit 3',
  ];
  static override args = { job: Args.string({ required: true, description: 'Job file; - is standard input.' }) };
  static override flags = {
    ...sharedFlags,
    at: Flags.string({
      helpValue: 'STEP',
      summary: 'Id of a source, step or sink; default: what the first sink gets.',
    }),
    limit: Flags.string({ helpValue: 'N', default: '10', summary: 'Number of rows.' }),
    time: logicalTime,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Preview);
    const { at, time, ...rest } = flags;
    const request = jobRequest(args.job, { ...rest, at: time }, this.settingsOf(flags), this.env);
    const limit = parseCountFlag('--limit', flags.limit, 0);
    const renderer = createRunRenderer({
      mode: 'quiet',
      isVerbose: false,
      messages: this.stderr,
      data: this.stdout.write,
      sharesTerminal: this.stdout.isInteractive,
      version: this.config.version,
      command: `${this.config.bin} preview ${args.job}`,
      clock: localTime,
    });
    const { previewJob } = await import('../src/index.js');
    const { cancel, kill, dispose } = cancelOnSignals(
      (message) => renderer.on({ type: 'warn', message, timeMs: Date.now() }),
      () => 'the preview goes on',
    );
    try {
      const end = await previewJob({
        ...request,
        at: at ?? null,
        limit,
        output: { ...this.outputFor(false, limit), ...(flags.json && { rows: 'ndjson' }) },
        print: this.stdout.write,
        cancel,
        kill,
        emit: (event) => renderer.on(event),
      });
      this.exitWith(end.exit.code);
    } finally {
      dispose();
    }
  }
}
