/** Golden scripts of expressions over groups: `values GROUP, …` with one value a line; below it the slots that were made. */
import { EtlError } from '../../../src/errors/etl-error.js';
import { checkGroups, GroupedScope } from '../../../src/expr/aggregates/check-grouped.js';
import { typeFromName } from '../../../src/expr/type-from-name.js';
import { renderExpr, renderItem } from '../../../src/plan/explain/render-expr.js';
import { typeName } from '../../../src/columnar/data-type.js';
import { goldenScripts } from '../../support/golden.js';

const columns = Object.entries({
  id: 'bigint',
  qty: 'integer',
  price: 'numeric(10,2)',
  ratio: 'double precision',
  name: 'text',
  born: 'date',
  ok: 'boolean',
  data: 'jsonb',
}).map(([name, type]) => ({ name, type: typeFromName(type)!, nullable: true }));

const rows = { columns, params: {} };

goldenScripts('test/expr/aggregates/scripts', (command, args, input) => {
  if (command !== 'values') throw new Error(`no command ${command}`);
  const groups = args.length === 0 ? [] : checkGroups(args.join(' '), rows);
  const scope = new GroupedScope(rows, groups);
  const lines = input.split('\n').map((line) => {
    try {
      return scope
        .checkItem(line)
        .map((item) => `${typeName(item.expr.type)}  ${renderItem(item)}`)
        .join('\n');
    } catch (error) {
      if (!(error instanceof EtlError)) throw error;
      const { column = 1, length = 1 } = error.at ?? {};
      const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
      return `${error.code} ${error.message}\n  ${line}\n  ${' '.repeat(column - 1)}${'^'.repeat(length)}${hint}`;
    }
  });
  const slots = scope.slots.map(({ name, aggregate }) => {
    const { function: of, args: of2, distinct, filter, orderBy, separator, fraction } = aggregate;
    const parts = [
      `${distinct ? 'distinct ' : ''}${of2.map(renderExpr).join(', ')}`,
      ...(filter === null ? [] : [`filter ${renderExpr(filter)}`]),
      ...orderBy.map(
        (key) => `order ${renderExpr(key.expr)}${key.descending ? ' desc' : ''}${key.nullsFirst ? ' nulls first' : ''}`,
      ),
      ...(separator === null ? [] : [`separator '${separator}'`]),
      ...(fraction === null ? [] : [`fraction ${fraction}`]),
    ];
    return `${name} = ${of}(${parts.join('; ')})`;
  });
  return [...lines, ...slots].join('\n');
});
