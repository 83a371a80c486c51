import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { renderExplain } from '../src/cli/render/explain.js';
import { createRunRenderer } from '../src/cli/render/run-renderer.js';
import { localTime } from '../src/cli/render/run-text.js';
import { jobFlags, jobRequest } from '../src/cli/run-flags.js';
import { cancelOnSignals } from '../src/cli/signals.js';

export default class Sql extends BaseCommand {
  static override summary = 'Answer a query over files and tables.';
  static override description =
    "Tables are files, 'data.csv', and those of the connections in conf/connections.yaml, shop.users. The rows are printed, a table on a terminal, or written to a file; everything else is as in a job with an sql step.";
  static override examples = [
    `<%= config.bin %> sql "SELECT country, count(*) AS n FROM 'users.csv' GROUP BY country ORDER BY n DESC"`,
    `<%= config.bin %> sql "SELECT u.name, sum(o.amount) AS paid FROM 'orders/*.ndjson' o JOIN shop.users u ON u.id = o.user_id GROUP BY u.name" -p 4`,
    `<%= config.bin %> sql "SELECT * FROM 'events.arrow' WHERE kind = :kind" --param kind=purchase --output purchases.csv`,
  ];
  static override args = { query: Args.string({ required: true, description: 'The query: SELECT …' }) };
  static override flags = {
    ...jobFlags,
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary: 'Write the rows to a file, its format by its name: .csv, .ndjson, .arrow.',
    }),
    explain: Flags.boolean({ summary: 'Show the plan, as etl explain does of a job, and read no rows.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sql);
    const request = {
      ...jobRequest('query', flags, this.settingsOf(flags), this.env),
      query: args.query,
      path: flags.output ?? null,
    };
    const { explainQuery, runQuery } = await import('../src/index.js');
    if (flags.explain) {
      const format = flags.json ? 'json' : 'tree';
      const shown = { format, stage: 'all', width: this.stdout.columns, ascii: flags.ascii } as const;
      this.stdout.write(renderExplain(await explainQuery(request), shown));
      return;
    }
    const renderer = createRunRenderer({
      mode: 'quiet',
      isVerbose: false,
      messages: this.stderr,
      data: this.stdout.write,
      sharesTerminal: this.stdout.isInteractive,
      version: this.config.version,
      command: `${this.config.bin} sql`,
      clock: localTime,
    });
    const { cancel, kill, dispose } = cancelOnSignals(
      (message) => renderer.on({ type: 'warn', message, timeMs: Date.now() }),
      () => 'the query goes on',
    );
    try {
      const end = await runQuery({
        ...request,
        limit: null,
        output: { ...this.outputFor(false, null), ...(flags.json && { rows: 'ndjson' }) },
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
