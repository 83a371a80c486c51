/**
 * coGroup: a function of the user's is called once for each key of either input, with the rows of both that have it.
 *
 * Both inputs come sorted by their keys, so the smaller of the two heads says which key is next. NULLs are one key.
 */
import type { Schema } from '../../columnar/batch.js';
import { rowComparator } from '../../kernels/compare-rows.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import { GroupCursor } from '../group-cursor.js';
import type { Operator } from '../operator.js';
import { openContext } from './function-context.js';
import { groupRows, noRows } from './group-rows.js';
import { loadUserFunction } from './load-user-function.js';
import { balance, describeGroup, streamRows, type FunctionCall } from './stream-rows.js';

type Descriptor = Extract<OperatorDescriptor, { kind: 'coGroup' }>;

export async function prepareCoGroup(
  descriptor: Descriptor,
  [left, right, ...sets]: readonly Schema[],
  baseDir: string,
): Promise<Operator> {
  const { id, schema, module, function: name, broadcast, leftKeys, rightKeys } = descriptor;
  const call = await loadUserFunction(module, name, baseDir);
  const [leftSchema, rightSchema] = [only(left, descriptor.leftSeen), only(right, descriptor.rightSeen)];
  return {
    id,
    async *run([leftBatches, rightBatches, ...streams], run) {
      const { counters } = run;
      const context = await openContext({ names: broadcast, schemas: sets }, streams, run);
      const leftGroups = new GroupCursor(leftBatches, leftKeys);
      const rightGroups = new GroupCursor(rightBatches!, rightKeys);
      yield* streamRows(calls(), schema, descriptor, counters);
      balance(counters, leftGroups.rows + rightGroups.rows);

      async function* calls(): AsyncGenerator<FunctionCall> {
        let [hasLeft, hasRight] = [await leftGroups.toNextGroup(), await rightGroups.toNextGroup()];
        while (hasLeft || hasRight) {
          const order = !hasLeft ? 1 : !hasRight ? -1 : compareHeads(descriptor, leftGroups, rightGroups);
          const leftRows = order <= 0 ? groupRows(leftGroups, leftSchema, descriptor.leftSeen) : noRows;
          const rightRows = order >= 0 ? groupRows(rightGroups, rightSchema, descriptor.rightSeen) : noRows;
          yield {
            answer: () => call(leftRows, rightRows, context),
            of: () =>
              order <= 0 ? describeGroup(leftKeys, leftGroups.head) : describeGroup(rightKeys, rightGroups.head),
          };
          if (order <= 0) hasLeft = await leftGroups.toNextGroup();
          if (order >= 0) hasRight = await rightGroups.toNextGroup();
        }
      }
    },
  };
}

function compareHeads({ leftKeys, rightKeys }: Descriptor, left: GroupCursor, right: GroupCursor): number {
  const keys = leftKeys.map((_, column) => ({ column, descending: false, nullsFirst: false }));
  const leftColumns = leftKeys.map((column) => left.head.batch.columns[column]);
  const rightColumns = rightKeys.map((column) => right.head.batch.columns[column]);
  return rowComparator(keys, leftColumns, rightColumns)(left.head.row, right.head.row);
}

function only({ fields }: Schema, columns: readonly number[]): Schema {
  return { fields: columns.map((column) => fields[column]) };
}
