/** A node on one line: the kind and what it does, in the words of the job file. */
import type { AggregateValue } from '../../expr/aggregates/aggregate-value.js';
import type { SortKey } from '../../expr/typed-expr.js';
import { formatDuration } from '../../config/units.js';
import type { WindowShape } from '../../spec/step-operator.js';
import type { LogicalNode, Partitioning, WindowFunction } from '../logical-graph.js';
import type { NodeOf } from '../graph-edit.js';
import { rightName } from '../node-schemas.js';
import { renderExpr, renderItem, renderName } from './render-expr.js';

export function describeNode(node: LogicalNode): string {
  switch (node.kind) {
    case 'source': {
      const where = node.filters.map(renderExpr).join(' AND ');
      return `source ${node.connector}${where === '' ? '' : ` where ${where}`}${node.limit === null ? '' : ` limit ${node.limit.rows}`}`;
    }
    case 'filter':
      return `filter ${renderExpr(node.predicate)}`;
    case 'select':
      return `select ${node.items.map(renderItem).join(', ')}`;
    case 'map':
    case 'flatMap':
      return functionText(node);
    case 'mapPartition':
      return `${functionText(node)}${setsText(node.broadcast)}`;
    case 'union':
      return 'union';
    case 'intersect':
    case 'except':
      return node.all ? `${node.kind} all` : node.kind;
    case 'assert':
      return `assert ${renderExpr(node.check)}`;
    case 'limit':
      return `limit ${node.rows}`;
    case 'unnest':
      return unnestText(node);
    case 'window':
      return `window ${shapeText(node.shape)} of ${renderName(node.time)}${byText(node.by)}`;
    case 'sort':
    case 'sortPartition':
      return `${node.kind} ${sortText(node.keys)}${node.kind === 'sort' && node.limit !== null ? `, the first ${node.limit}` : ''}`;
    case 'partition':
      return `partition ${partitioningText(node.by)}`;
    case 'distinct':
      return distinctText(node);
    case 'aggregate': {
      const values = node.values.map(aggregateText).join(', ');
      return `aggregate${byText(node.by)}${values === '' ? '' : `: ${values}`}`;
    }
    case 'reduce':
      return `${functionText(node)}${byText(node.by)}${setsText(node.broadcast)}`;
    case 'reduceGroup': {
      const combine = node.combine === null ? '' : ` combined by ${node.combine}`;
      return `${functionText(node)}${byText(node.by)}${orderText(node.orderBy)}${combine}${setsText(node.broadcast)}`;
    }
    case 'coGroup':
      return `${functionText(node)} on ${keysText(node, (name) => name)}${setsText(node.broadcast)}`;
    case 'join':
      return joinText(node);
    case 'cross':
      return node.small === null ? 'cross' : `cross, the ${node.small} is small`;
    case 'iterationHead':
      return `rows of the superstep before of ${node.loop}`;
    case 'iterate':
      return `iterate, ${iterationText(node)}`;
    case 'over':
      return overText(node);
    case 'lookup':
      return lookupText(node);
    case 'sink':
      return `sink ${node.connector} writes ${namesText(node.columns)}`;
    default:
      return node satisfies never;
  }
}

/** `score DESC, id NULLS FIRST`: what is PostgreSQL's default is not said. */
export function sortText(keys: readonly SortKey[]): string {
  return keys
    .map(({ column, descending, nullsFirst }) => {
      const nulls = nullsFirst === descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
      return `${renderName(column)}${descending ? ' DESC' : ''}${nulls}`;
    })
    .join(', ');
}

/** As SQL writes it: `string_agg(DISTINCT name, ', ' ORDER BY name) AS names`. */
export function aggregateText(value: AggregateValue): string {
  const { name, function: of, arguments: args, distinct, filter, orderBy, separator, fraction } = value;
  const written = args.map(renderName);
  if (separator !== null) written.push(`'${separator.replaceAll("'", "''")}'`);
  const isRanked = fraction !== null;
  const inner = isRanked
    ? String(fraction)
    : `${distinct ? 'DISTINCT ' : ''}${args.length === 0 ? '*' : written.join(', ')}${orderText(orderBy, 'ORDER BY')}`;
  const within = isRanked ? ` WITHIN GROUP (ORDER BY ${sortText(orderBy)})` : '';
  const where = filter === null ? '' : ` FILTER (WHERE ${renderName(filter)})`;
  return `${of}(${inner})${within}${where} AS ${renderName(name)}`;
}

function functionText(node: { readonly kind: string; readonly module: string; readonly function: string }): string {
  return `${node.kind} ${node.function} of ${node.module}`;
}

function setsText(broadcast: readonly string[]): string {
  return broadcast.length === 0 ? '' : ` with ${broadcast.join(', ')}`;
}

function namesText(names: readonly string[]): string {
  return names.map(renderName).join(', ');
}

function byText(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by ${namesText(by)}`;
}

function orderText(keys: readonly SortKey[], words = 'order by'): string {
  return keys.length === 0 ? '' : ` ${words} ${sortText(keys)}`;
}

function partitioningText(by: Partitioning): string {
  switch (by.kind) {
    case 'hash':
      return `by hash of ${namesText(by.keys)}`;
    case 'range':
      return `by range of ${sortText(by.keys)}`;
    case 'rebalance':
      return 'evenly';
    case 'shuffle':
      return 'at random';
    case 'rescale':
      return 'by split';
    case 'custom':
      return `by ${by.function} of ${by.module} for ${renderName(by.key)}`;
    default:
      return by satisfies never;
  }
}

function unnestText({ column, as, position, keepEmpty }: NodeOf<'unnest'>): string {
  const name = as === null ? '' : ` as ${renderName(as)}`;
  const place = position === null ? '' : `, its place as ${renderName(position)}`;
  return `unnest ${renderName(column)}${name}${place}${keepEmpty ? ', empty ones kept' : ''}`;
}

function shapeText(shape: WindowShape): string {
  if (shape.kind === 'session') return `sessions with gaps of ${formatDuration(shape.gapMs)}`;
  const offset = shape.offsetMs === 0 ? '' : ` from ${formatDuration(shape.offsetMs)}`;
  if (shape.kind === 'tumbling') return `tumbling ${formatDuration(shape.sizeMs)}${offset}`;
  return `sliding ${formatDuration(shape.sizeMs)} every ${formatDuration(shape.slideMs)}${offset}`;
}

function distinctText({ on, orderBy, schema }: NodeOf<'distinct'>): string {
  const isWhole = on.length === schema.fields.length && orderBy.length === 0;
  return isWhole ? 'distinct' : `distinct on ${namesText(on)}${orderText(orderBy)}`;
}

function joinText(node: NodeOf<'join'>): string {
  const { type, rightNames, leftKeys, residual, hint } = node;
  const keys = leftKeys.length === 0 ? '' : ` on ${keysText(node, (name) => rightName(rightNames, name))}`;
  const rest = residual === null ? '' : ` where ${renderExpr(residual)}`;
  return `${type} join${keys}${rest}${hint === null ? '' : ` hint ${hint}`}`;
}

/** When it ends: `at most 20 supersteps, until max(delta) < 0.001`. */
export function iterationText({ maxIterations, stop, condition }: NodeOf<'iterate'>): string {
  const most = maxIterations === 1 ? 'one superstep' : `at most ${maxIterations} supersteps`;
  if (stop === 'empty') return `${most}, until the workset is empty`;
  return stop === null ? most : `${most}, until ${condition}`;
}

function overText({ by, orderBy, calls }: NodeOf<'over'>): string {
  const texts = calls.map(({ name, function: of }) => {
    const text = of.kind === 'aggregate' ? aggregateText({ ...of.value, name }).replace(/ AS .*$/u, '') : callText(of);
    return `${text} AS ${renderName(name)}`;
  });
  return `over${byText(by)}${orderText(orderBy)}: ${texts.join(', ')}`;
}

function callText(of: Exclude<WindowFunction, { kind: 'aggregate' }>): string {
  switch (of.kind) {
    case 'rowNumber':
      return 'row_number()';
    case 'rank':
      return 'rank()';
    case 'denseRank':
      return 'dense_rank()';
    case 'lag':
    case 'lead':
      return `${of.kind}(${renderName(of.argument)}, ${of.offset})`;
    case 'firstValue':
      return `first_value(${renderName(of.argument)})`;
    default:
      return of satisfies never;
  }
}

function lookupText({ type, place, connection, keys, keyNames, found, unique }: NodeOf<'lookup'>): string {
  const equalities = keys.map((key, i) => `${renderName(keyNames[i])} = ${renderName(key)}`).join(' AND ');
  const on = place.includes('{') ? '' : ` on ${equalities}`;
  const added = found.map(({ name, field }) => (name === field.name ? renderName(name) : `${renderName(field.name)} AS ${renderName(name)}`)); // prettier-ignore
  const adds = added.length === 0 ? '' : ` adds ${added.join(', ')}`;
  return `${type} lookup of ${place} in ${connection}${on}${adds}${unique ? ', unique' : ''}`;
}

interface KeyedNode {
  readonly leftKeys: readonly string[];
  readonly rightKeys: readonly string[];
  readonly nullSafe?: readonly boolean[];
}

function keysText({ leftKeys, rightKeys, nullSafe }: KeyedNode, right: (name: string) => string): string {
  const equals = (i: number): string => (nullSafe?.[i] === true ? 'IS NOT DISTINCT FROM' : '=');
  return leftKeys.map((key, i) => `${renderName(key)} ${equals(i)} ${renderName(right(rightKeys[i]))}`).join(' AND ');
}
