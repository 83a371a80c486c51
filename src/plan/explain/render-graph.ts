/**
 * A logical graph as a tree, sinks on top, what feeds them below; a node that was shown before is only named again.
 *
 *     cache   sink redis
 *     └─ step1  filter score > 10
 *        └─ users  source postgres
 *              id bigint, name text, score integer
 */
import type { Schema } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import { nodeOf } from '../graph-edit.js';
import type { LogicalGraph, LogicalNode } from '../logical-graph.js';
import { describeNode } from './describe-node.js';
import { renderName } from './render-expr.js';
import { wrapText, wrapWords } from './wrap-text.js';

export function renderGraph(graph: LogicalGraph, width: number): readonly string[] {
  const shown = new Set<string>();
  const lines: string[] = [];
  const visit = (node: LogicalNode, first: string, rest: string): void => {
    const isKnown = shown.has(node.id);
    shown.add(node.id);
    const below = isKnown || node.inputs.length === 0 ? '   ' : '│  ';
    const hang = `${rest}${below}   `;
    lines.push(...wrapText(isKnown ? '(above)' : describeNode(node), width, `${first}${node.id}  `, hang));
    if (isKnown) return;
    if (changesColumns(node)) lines.push(...wrapWords(columnWords(node.schema), width, hang, hang));
    node.inputs.forEach((input, i) => {
      const isLast = i === node.inputs.length - 1;
      visit(nodeOf(graph, input), `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`);
    });
  };
  graph.nodes.filter((node) => node.kind === 'sink').forEach((sink) => visit(sink, '', ''));
  return lines;
}

/** `id bigint NOT NULL,` `name text`: what a line should not tear apart. */
export function columnWords({ fields }: Schema): readonly string[] {
  return fields.map(({ name, type, nullable }, i) => {
    return `${renderName(name)} ${typeName(type)}${nullable ? '' : ' NOT NULL'}${i === fields.length - 1 ? '' : ','}`;
  });
}

const sameColumns: ReadonlySet<LogicalNode['kind']> = new Set([
  'filter',
  'limit',
  'sort',
  'sortPartition',
  'partition',
  'distinct',
  'sink',
]);

function changesColumns(node: LogicalNode): boolean {
  return !sameColumns.has(node.kind);
}
