/** AND, OR, NOT and the IS tests, in three-valued logic. AND and OR stop at the first operand that decides. */
import type { DataType } from '../../columnar/data-type.js';
import { define, inline, lazy, present, type CallExpr, type Emitter, type Overload, type Value } from '../overload.js';

const boolean: DataType = { kind: 'boolean' };

export const logicFunctions: readonly Overload[] = [
  {
    ...define(
      'and',
      [],
      boolean,
      lazy((e, call) => emitJunction(e, call, false)),
      (args) => `(${args.join(' AND ')})`,
    ),
    variadic: 'boolean',
  },
  {
    ...define(
      'or',
      [],
      boolean,
      lazy((e, call) => emitJunction(e, call, true)),
      (args) => `(${args.join(' OR ')})`,
    ),
    variadic: 'boolean',
  },
  define(
    'not',
    ['boolean'],
    boolean,
    inline((_, [a]) => present(`!${a!.parts[0]}`)),
    ([a]) => `(NOT ${a})`,
  ),
  nullTest('is null', (value) => value.isNull),
  nullTest('is not null', (value) => negated(value.isNull)),
  truthTest('is true', (isNull, value) => `!${isNull} && ${value}`),
  truthTest('is not true', (isNull, value) => `${isNull} || !${value}`),
  truthTest('is false', (isNull, value) => `!${isNull} && !${value}`),
  truthTest('is not false', (isNull, value) => `${isNull} || ${value}`),
];

/** `decisive` is the operand value that settles it: false for AND, true for OR. */
function emitJunction(e: Emitter, call: CallExpr, decisive: boolean): Value {
  const result = e.result(boolean);
  const [value] = result.parts;
  e.line(`${value} = ${!decisive};`);
  e.block((exit) => {
    for (const arg of call.args) {
      const operand = e.value(arg);
      const settles = decisive ? operand.parts[0]! : `!${operand.parts[0]}`;
      const settled = `{ ${value} = ${decisive}; ${result.isNull} = false; ${exit} }`;
      if (operand.isNull === 'false') e.line(`if (${settles}) ${settled}`);
      else if (operand.isNull === 'true') e.line(`${result.isNull} = true;`);
      else e.line(`if (${operand.isNull}) ${result.isNull} = true; else if (${settles}) ${settled}`);
    }
  });
  return result;
}

function nullTest(name: string, code: (value: Value) => string): Overload {
  const kernel = lazy((e, call) => present(e.local(code(e.value(call.args[0]!)))));
  return define(name, ['any'], boolean, kernel, ([a]) => `(${a} ${name.toUpperCase()})`);
}

function truthTest(name: string, code: (isNull: string, value: string) => string): Overload {
  const kernel = lazy((e, call) => {
    const { isNull, parts } = e.value(call.args[0]!);
    return present(e.local(code(isNull, parts[0]!)));
  });
  return define(name, ['boolean'], boolean, kernel, ([a]) => `(${a} ${name.toUpperCase()})`);
}

function negated(flag: string): string {
  return flag === 'true' ? 'false' : flag === 'false' ? 'true' : `!${flag}`;
}
