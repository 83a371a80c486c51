import { BaseCommand } from '../src/cli/base-command.js';

export default class Schema extends BaseCommand {
  static override summary = 'Print the JSON Schema (draft-07) of job files.';
  static override description = 'Editors with a YAML language server check and complete job files with it.';
  static override examples = ['<%= config.bin %> schema > conf/job.schema.json'];

  async run(): Promise<void> {
    await this.parse(Schema);
    const { jobSchema } = await import('../src/index.js');
    this.printJson(await jobSchema());
  }
}
