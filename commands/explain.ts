import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { explainFormats, explainStages, renderExplain } from '../src/cli/render/explain.js';
import { jobFlags, jobRequest } from '../src/cli/run-flags.js';

export default class Explain extends BaseCommand {
  static override summary = 'Show what a run would do: the plan, the splits, the SQL, the memory.';
  static override description =
    'Connects to the sources to learn schemas and bounds; writes nothing. A run executes exactly what is shown.';
  static override examples = [
    '<%= config.bin %> explain jobs/users.yaml -p 4',
    '<%= config.bin %> explain jobs/users.yaml --stage job',
    '<%= config.bin %> explain jobs/users.yaml --format mermaid > users.mmd',
  ];
  static override args = { job: Args.string({ required: true, description: 'Job file; - is standard input.' }) };
  static override flags = {
    ...jobFlags,
    stage: Flags.option({ options: explainStages, default: 'all', summary: 'Which stage of the plan.' })(),
    format: Flags.option({ options: explainFormats, default: 'tree', summary: 'How it is printed.' })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const request = jobRequest(args.job, flags, this.settingsOf(flags), this.env);
    const { explainJob } = await import('../src/index.js');
    const planned = await explainJob(request);
    const format = flags.json ? 'json' : flags.format;
    this.stdout.write(
      renderExplain(planned, { format, stage: flags.stage, width: this.stdout.columns, ascii: flags.ascii }),
    );
  }
}
