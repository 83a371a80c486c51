/**
 * unnest and windows: in the chain of their input. Sessions need the rows of a key in the order of their times:
 *
 *     rows ─▶ sort(by, time) ═HASH(by)═▶ session
 */
import type { SortKey } from '../../columnar/sort-key.js';
import type { Ship } from '../../protocol/task.js';
import type { NodeOf } from '../graph-edit.js';
import type { PhysicalNode } from '../physical-graph.js';
import { columnsOf, exchanged, operator, operatorBehind, sortBefore, type SchemaOf } from './physical-nodes.js';

export function lowerUnnest(node: NodeOf<'unnest'>, schemaOf: SchemaOf): PhysicalNode {
  const { column, as, position, keepEmpty } = node;
  const [at] = columnsOf(schemaOf(node.inputs[0]), [column]);
  return operator(node, { kind: 'unnest', column: at, replaces: as === null, position: position !== null, keepEmpty });
}

export function lowerWindow(node: NodeOf<'window'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const { shape } = node;
  const [input] = node.inputs;
  const schema = schemaOf(input);
  const [time] = columnsOf(schema, [node.time]);
  if (shape.kind !== 'session') {
    const { sizeMs, offsetMs } = shape;
    const slideMs = shape.kind === 'sliding' ? shape.slideMs : sizeMs;
    return [operator(node, { kind: 'window', time, sizeMs, slideMs, offsetMs })];
  }
  const by = columnsOf(schema, node.by);
  const keys = [...by, time].map((column): SortKey => ({ column, descending: false, nullsFirst: false }));
  const sort = sortBefore(node, 'sort', input, schema, keys);
  const ship: Ship = by.length === 0 ? { kind: 'GLOBAL' } : { kind: 'HASH', columns: by };
  const session = operatorBehind(node, [exchanged(node, 0, sort.id, ship, keys)], {
    kind: 'session',
    by,
    time,
    gapMs: shape.gapMs,
  });
  return [sort, { ...session, strategy: 'sorted by time before the exchange, merged behind it' }];
}
