/** COALESCE: the first argument that is not NULL; those behind it are not computed. */
import type { DataType } from '../../columnar/data-type.js';
import { define, lazy, type CallExpr, type Emitter, type Overload, type Value } from '../overload.js';

const boolean: DataType = { kind: 'boolean' };

export const conditionalFunctions: readonly Overload[] = [
  { ...define('coalesce', [], boolean, lazy(emitCoalesce), (args) => `COALESCE(${args.join(', ')})`), variadic: 'any' },
];

function emitCoalesce(e: Emitter, call: CallExpr): Value {
  const result = e.result(call.type);
  e.block((exit) => {
    for (const arg of call.args) {
      const value = e.value(arg);
      if (value.isNull === 'true') continue;
      if (value.isNull === 'false') {
        e.assign(result, value);
        e.line(exit);
        return;
      }
      e.branch(`!${value.isNull}`, () => {
        e.assign(result, value);
        e.line(exit);
      });
    }
    e.line(`${result.isNull} = true;`);
  });
  return result;
}
