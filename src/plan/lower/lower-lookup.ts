/** lookup: in its chain, with what its connector makes of it. */
import { formatCount, formatDuration } from '../../config/units.js';
import type { LookupPlan } from '../../connectors/connector.js';
import type { LookupManner } from '../../protocol/task.js';
import type { NodeOf } from '../graph-edit.js';
import type { PhysicalNode } from '../physical-graph.js';
import { columnsOf, operator, type SchemaOf } from './physical-nodes.js';

/** What a connector makes of a lookup whose columns are known. */
export type PlanLookup = (node: NodeOf<'lookup'>, keys: NodeOf<'lookup'>['schema']) => LookupPlan;

export function lowerLookup(node: NodeOf<'lookup'>, schemaOf: SchemaOf, planLookup: PlanLookup): PhysicalNode {
  const { connector, type, unique, manner, keyNames, found } = node;
  const input = schemaOf(node.inputs[0]);
  const keys = columnsOf(input, node.keys);
  const fields = keys.map((column, i) => ({ ...input.fields[column], name: keyNames[i] }));
  const { params, asks } = planLookup(node, { fields });
  const body = {
    kind: 'lookup' as const,
    connector,
    params,
    keys,
    keyNames,
    found: { fields: found.map(({ field }) => field) },
    type,
    unique,
    manner,
  };
  return { ...operator(node, body), strategy: `${mannerText(connector, manner)}: ${asks}` };
}

function mannerText(connector: string, { batch, concurrency, ordered, cache }: LookupManner): string {
  const requests = concurrency === 1 ? 'one request' : `${concurrency} requests`;
  const ttl = cache === null || cache.ttlMs === null ? '' : ` for ${formatDuration(cache.ttlMs)}`;
  const kept = cache === null ? 'no cache' : `${formatCount(cache.rows)} rows cached${ttl}`;
  const order = ordered ? '' : ', in any order';
  return `asks ${connector} for ${formatCount(batch)} keys at once, ${requests} under way${order}, ${kept}`;
}
