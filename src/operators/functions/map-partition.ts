/** mapPartition: a function of the user's gets all rows of a task, one by one, and gives rows. */
import type { Schema } from '../../columnar/batch.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import { GroupCursor } from '../group-cursor.js';
import type { Operator } from '../operator.js';
import { openContext } from './function-context.js';
import { groupRows } from './group-rows.js';
import { loadUserFunction } from './load-user-function.js';
import { balance, streamRows } from './stream-rows.js';

export async function prepareMapPartition(
  descriptor: Extract<OperatorDescriptor, { kind: 'mapPartition' }>,
  [input, ...sets]: readonly Schema[],
  baseDir: string,
): Promise<Operator> {
  const { id, schema, module, function: name, broadcast } = descriptor;
  const call = await loadUserFunction(module, name, baseDir);
  return {
    id,
    async *run([batches, ...streams], run) {
      const { counters } = run;
      const context = await openContext({ names: broadcast, schemas: sets }, streams, run);
      const cursor = new GroupCursor(batches, []);
      const rows = groupRows(
        cursor,
        input,
        input.fields.map((_, column) => column),
      );
      yield* streamRows(once(), schema, descriptor, counters);
      await cursor.toNextGroup(); // passes over what the function did not want to read
      balance(counters, cursor.rows);

      async function* once() {
        const some = await cursor.toNextGroup();
        yield { answer: () => call(rows, context), of: () => (some ? 'its partition' : 'an empty partition') };
      }
    },
  };
}
