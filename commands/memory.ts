import { Args, Flags } from '@oclif/core';
import { asciiFlag, BaseCommand, jsonFlag, paramFlag, settingFlags } from '../src/cli/base-command.js';
import { parseCountFlag, parseParams } from '../src/cli/parse-flags.js';
import { memoryJson } from '../src/cli/render/memory-json.js';
import { renderMemoryReport } from '../src/cli/render/memory-report.js';

export default class Memory extends BaseCommand {
  static override summary = 'Show how memory is divided, and what each slot process gets.';
  static override description =
    "Flink's process memory model, to the byte. Each of N slots is a process with 1/N of the TaskManager; its heap limit and its buffers are what this prints.";
  static override examples = [
    '<%= config.bin %> memory --process-size 16g --slots 4',
    '<%= config.bin %> memory jobs/users.yaml -D taskmanager.memory.managed.fraction=0.5',
    '<%= config.bin %> memory --component jobmanager --json',
  ];
  static override args = { job: Args.string({ description: 'Job file whose parallelism decides the slots.' }) };
  static override flags = {
    'process-size': Flags.string({
      helpValue: 'SIZE',
      exclusive: ['flink-size'],
      summary: 'Total process memory, such as 16g.',
    }),
    'flink-size': Flags.string({ helpValue: 'SIZE', summary: 'Total Flink memory, such as 14g.' }),
    slots: Flags.string({ helpValue: 'N', summary: 'Number of slots.' }),
    component: Flags.option({
      options: ['taskmanager', 'jobmanager'] as const,
      default: 'taskmanager',
      summary: 'Whose memory.',
    })(),
    ...settingFlags,
    ...paramFlag,
    ...jsonFlag,
    ...asciiFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Memory);
    const { component } = flags;
    const sizes = (['process-size', 'flink-size'] as const).flatMap((flag) => {
      const text = flags[flag];
      const key =
        `${component}.memory.${flag.replace('-', '.')}` as `${typeof component}.memory.${'process' | 'flink'}.size`;
      return text === undefined ? [] : [{ key, text, flag: `--${flag}` }];
    });
    const request = {
      component,
      settings: { ...this.settingsOf(flags), flags: sizes },
      slots: parseCountFlag('--slots', flags.slots, 1),
      job:
        args.job === undefined
          ? null
          : {
              file: args.job,
              params: parseParams(flags.param),
              env: this.env,
              parallelism: null,
              logicalTimeMs: Date.now(),
            },
    };
    const { memoryReport } = await import('../src/index.js');
    const model = await memoryReport(request);
    if (!flags.json) return this.stdout.write(renderMemoryReport(model, this.stdout.columns));
    this.printJson(memoryJson(model));
  }
}
