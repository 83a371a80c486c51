import { Args } from '@oclif/core';
import { BaseCommand, settingFlags } from '../src/cli/base-command.js';
import { functionsHelp } from '../src/cli/functions-help.js';
import { EtlHelp } from '../src/cli/help.js';
import { helpTopic, noHelp } from '../src/cli/help-topic.js';

export default class HelpCommand extends BaseCommand {
  static override summary = 'Explain a command, an exit code, an error code or a setting.';
  static override examples = [
    '<%= config.bin %> help run',
    '<%= config.bin %> help exit-codes',
    '<%= config.bin %> help ETL-2041',
    '<%= config.bin %> help functions',
    '<%= config.bin %> help settings',
    '<%= config.bin %> help taskmanager.memory.process.size',
  ];
  static override args = {
    topic: Args.string({
      description: 'Command, exit-codes, errors, functions, settings, an error code or a setting.',
    }),
  };
  static override flags = { ...settingFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(HelpCommand);
    const { topic } = args;
    if (topic === undefined || this.config.commandIDs.includes(topic))
      return new EtlHelp(this.config).showHelp(topic === undefined ? [] : [topic]);
    if (topic === 'functions') {
      const { functionList } = await import('../src/index.js');
      return this.stdout.write(functionsHelp(functionList(), this.stdout.columns));
    }
    const text = helpTopic(topic, this.settingsOf(flags), this.stdout.columns);
    if (text === null) throw noHelp(topic, this.config.commandIDs);
    this.stdout.write(text);
  }
}
