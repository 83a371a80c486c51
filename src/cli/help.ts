/** oclif's help with the examples first, and the topics of `etl help` under the list of commands. */
import { CommandHelp, Help, type Config } from '@oclif/core';

class ExamplesFirst extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const sections = super.sections();
    return [
      ...sections.filter(({ header }) => header === 'EXAMPLES'),
      ...sections.filter(({ header }) => header !== 'EXAMPLES'),
    ];
  }
}

export class EtlHelp extends Help {
  protected override CommandHelpClass = ExamplesFirst;

  constructor(config: Config) {
    super(config, { hideCommandSummaryInDescription: true });
  }

  override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    this.log(
      this.section(
        'HELP TOPICS',
        [
          ['etl help exit-codes', 'What the exit code of a command says.'],
          ['etl help functions', 'All functions and operators of expressions.'],
          ['etl help settings', 'All settings, their values and where they come from.'],
          ['etl help errors', 'All error codes.'],
          ['etl help ETL-2041', 'One error code.'],
        ]
          .map(([topic, text]) => `${topic.padEnd(20)} ${text}`)
          .join('\n'),
      ),
    );
    this.log('');
  }
}
