/**
 * window: a node that says in which windows each row lies, then an aggregate by these and the step's own groups.
 *
 * A session ends the gap after its last row, which only its aggregate knows: there window_end is a value, elsewhere a group.
 */
import { typeName, type DataType } from '../../columnar/data-type.js';
import { checkExpressions } from '../../expr/check-expression.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, StepOperator, WindowShape } from '../../spec/step-operator.js';
import { renderName } from '../explain/render-expr.js';
import { windowSchema } from '../node-schemas.js';
import { buildAggregate } from './build-aggregate.js';
import { groupKeys } from './build-order.js';
import { ComputedColumns } from './computed-columns.js';
import { aliasesOf, checkEach, computeColumns, scopeOf, siteOf, type Input, type Output, type StepBuild } from './step-build.js'; // prettier-ignore

type Window = Extract<StepOperator, { kind: 'window' }>;

export function buildWindow(build: StepBuild, operator: Window): Output | null {
  const [input] = build.inputs;
  const { shape } = operator;
  const times = checkEach(build, [operator.time], (text) => checkExpressions(text, scopeOf(build, input)));
  const keys = shape.kind === 'session' ? groupKeys(build, operator.by) : [];
  const time = times && momentOf(build, operator, times[0]);
  if (time === null || keys === null) return null;
  if (hasWindowColumn(build, input)) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const node = { time: columns.nameOf(time), shape, by: [...new Set(keys.map((key) => columns.nameOf(key)))] };
  const below = computeColumns(build, columns, input, 'time');
  const id = `${build.step.id}.window`;
  const schema = windowSchema(node, below.schema);
  build.add({ id, inputs: [below.id], parallelism: build.step.parallelism, kind: 'window', ...node, schema });
  const windows: Input = { id, name: input.name, schema, aliases: aliasesOf(input) };
  const { by, values } = withWindows(operator, node.time);
  return buildAggregate({ ...build, inputs: [windows] }, { kind: 'aggregate', by, values, having: operator.having });
}

/** A date is the midnight of its day. */
function momentOf(build: StepBuild, { time }: Window, expr: TypedExpr): TypedExpr | null {
  const timestamp: DataType = { kind: 'timestamp' };
  switch (expr.type.kind) {
    case 'timestamp':
    case 'timestamptz':
      return expr;
    case 'date':
      return { kind: 'call', name: 'cast', args: [expr], type: timestamp };
    default: {
      const message = `the time of a window is a date, timestamp or timestamptz, not ${typeName(expr.type)}`;
      build.problems.add(
        'ETL-3003',
        message,
        siteOf(build, time.path),
        'cast it: x::timestamptz, or to_timestamp(seconds)',
      );
      return null;
    }
  }
}

function hasWindowColumn(build: StepBuild, input: Input): boolean {
  const taken = input.schema.fields.find(({ name }) => name === 'window_start' || name === 'window_end');
  if (taken === undefined) return false;
  const hint = 'rename it in a select before';
  build.problems.add('ETL-3022', `the input has a column "${taken.name}" already`, siteOf(build), hint);
  return true;
}

function withWindows({ by, values, shape }: Window, time: string) {
  const path = ['window'];
  const start: ExprText = { text: 'window_start', path };
  const end: ExprText = { text: 'window_end', path };
  if (shape.kind !== 'session') return { by: [...by, start, end], values };
  const last: ExprText = { text: `max(${renderName(time)}) + ${gapText(shape)} AS window_end`, path };
  return { by: [...by, start], values: [last, ...values] };
}

function gapText({ gapMs }: Extract<WindowShape, { kind: 'session' }>): string {
  return `interval '${gapMs} milliseconds'`;
}
