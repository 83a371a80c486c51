/** What the counters of a finished run come to: exit 0 only when every node and every edge adds up (P22). */
import { RunReport } from '../../src/coordinator/run-report.js';
import type { ExecutionPlan } from '../../src/plan/execution-plan.js';
import type { NodeCounters, OperatorDescriptor, VertexDescriptor } from '../../src/protocol/task.js';
import { goldenScripts } from '../support/golden.js';

interface Node {
  readonly id: string;
  readonly kind: string;
  readonly counters: NodeCounters;
}

/** One node a line, the source first and the sink last: `name kind in=… out=… filtered=… rejected=… added=…`. */
goldenScripts('test/coordinator/balance', (command, _args, input) => {
  if (command !== 'end') throw new Error(`no such command: ${command}`);
  const nodes = input.split('\n').map(parseNode);
  const report = new RunReport(planOf(nodes), 0, 0, () => 0, () => ({ rssBytes: 0, peakRssBytes: 0 })); // prettier-ignore
  report.finished(
    0,
    { vertex: 'v', split: 0, attempt: 1 },
    {
      counters: Object.fromEntries(nodes.map(({ id, counters }) => [id, counters])),
      waitedMs: {},
      committables: {},
      limited: {},
      rejects: [],
      spillBytes: 0,
      accumulators: {},
    },
  );
  const { exit, balance, rows, error } = report.end('run-1', null, null);
  const { read, filtered, rejected, written } = rows;
  return [
    `exit ${exit.code} ${exit.name}, balance ${balance}`,
    `read ${read} = filtered ${filtered} + rejected ${rejected} + written ${written}`,
    ...(error === null ? [] : [`${error.code} ${error.message}`]),
  ].join('\n');
});

function parseNode(line: string): Node {
  const [id, kind, ...words] = line.split(' ') as [string, string, ...string[]];
  const given = Object.fromEntries(words.map((word) => word.split('=')).map(([name, count]) => [name, Number(count)]));
  return { id, kind, counters: { in: 0, out: 0, filtered: 0, rejected: 0, added: 0, merged: 0, ...given } };
}

function planOf(nodes: readonly Node[]): ExecutionPlan {
  const schema = { fields: [] };
  const chained = nodes.map(({ id, kind }, i) => ({ id, kind, inputs: [nodes[i - 1]?.id ?? ''], schema }));
  const base = { connector: 'x', params: {}, schema };
  const descriptor: VertexDescriptor = {
    id: 'v',
    name: 'v',
    inputs: [{ ...base, kind: 'source', id: nodes[0]!.id }],
    operators: chained.slice(1, -1) as unknown as readonly OperatorDescriptor[],
    sinks: [
      {
        ...base,
        id: nodes.at(-1)!.id,
        input: nodes.at(-2)!.id,
        onReject: { kind: 'fail' },
        rowsPerSecond: null,
        rejectParams: null,
      },
    ],
    outputs: [],
    onReject: { kind: 'fail' },
  };
  const splits = { strategy: 'none', reason: '' } as const;
  const own = { parallelism: 1, sequential: false, rowEstimate: null, sourceLimit: null, snapshotOf: null };
  return {
    jobName: 'x',
    parallelism: 1,
    logical: { nodes: [] },
    rewrites: [],
    job: { vertices: [], edges: [] },
    vertices: [{ descriptor, splits, ...own }],
    iterations: [],
    limits: {},
    sources: {},
    sinks: {},
  };
}
