import { Args, Flags } from '@oclif/core';
import { asciiFlag, BaseCommand, jsonFlag, paramFlag } from '../src/cli/base-command.js';
import { parseParams } from '../src/cli/parse-flags.js';
import { checkFiles, renderChecked, type CheckFormat } from '../src/cli/validate-files.js';

export default class Validate extends BaseCommand {
  static override summary = 'Check job files and show every problem at once.';
  static override description =
    'Connects to nothing, so columns of sources are not looked up: `etl explain` does that. Exit 0 when nothing but warnings was found, else 3.';
  static override examples = [
    '<%= config.bin %> validate jobs/users.yaml',
    '<%= config.bin %> validate jobs/*.yaml --format github',
    '<%= config.bin %> validate jobs/users.yaml --format sarif > etl.sarif',
  ];
  static override strict = false;
  static override args = { job: Args.string({ required: true, description: 'Job files; - is standard input.' }) };
  static override flags = {
    format: Flags.option({
      options: ['text', 'json', 'sarif', 'github'] as const,
      default: 'text',
      summary: 'How problems are printed.',
    })(),
    ...paramFlag,
    ...jsonFlag,
    ...asciiFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Validate);
    const { validateJob } = await import('../src/index.js');
    const params = parseParams(flags.param);
    const checked = await checkFiles(
      argv as string[],
      async (file) => (await validateJob({ file, params, env: this.env })).warnings,
    );
    const format: CheckFormat = flags.json ? 'json' : flags.format;
    this.stdout.write(renderChecked(checked, format, this.config.version, this.stdout));
    this.exitWith(checked.exitCode);
  }
}
