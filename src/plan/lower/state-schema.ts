/** Keys, then the columns of all states: what an aggregate's first phase gives to its second. These have none of the names `others`. */
import type { Field, Schema } from '../../columnar/batch.js';
import { stateTypes, type AggregateCall } from '../../protocol/aggregate-call.js';

export function stateSchema(
  keys: readonly Field[],
  calls: readonly AggregateCall[],
  others: readonly Field[] = [],
): Schema {
  const taken = new Set([...keys, ...others].map((field) => field.name));
  const states = calls.flatMap(stateTypes).map((type, i): Field => {
    let name = `#${i + 1}`;
    while (taken.has(name)) name = `#${name}`;
    return { name, type, nullable: true };
  });
  return { fields: [...keys, ...states] };
}
