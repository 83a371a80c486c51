/** Sources and sinks: the common keys here, the connector's own by its zod object, the two never mixed up. */
import type { z } from 'zod';
import type { Connector, ConnectorConfig, JsonObject, SplitWish } from '../connectors/connector.js';
import type { RejectPolicy } from '../protocol/task.js';
import type { Connections } from './check-connections.js';
import { checkFields, openBlock, type Block } from './check-fields.js';
import { sinkFields, sourceFields } from './job-fields.js';
import type { SinkSpec, SourceSpec } from './job-spec.js';
import { expressionText, findConnector, loadConfig, problemAtKey, unknownType, type Reading } from './reading.js';
import { quoted } from './source-text.js';
import { findNode } from './yaml-tree.js';

const DEFAULT_FETCH_SIZE = 8192;

export async function checkSource(reading: Reading, connections: Connections, id: string): Promise<SourceSpec | null> {
  const block = openBlock(reading.tree, ['sources', id], `source ${quoted(id)}`, reading.problems);
  if (block === null) return null;
  const endpoint = await checkEndpoint(reading, connections, block, 'source');
  const common = checkCommon(reading, block, sourceFields);
  if (common === null || endpoint === null) return null;
  return {
    type: endpoint.type,
    connection: endpoint.connection,
    own: endpoint.own,
    columns: common.columns ?? null,
    where: common.where === undefined ? null : expressionText(reading, [...block.path, 'where']),
    split: common.split === undefined ? null : splitWish(block, common.split),
    fetchSize: common.fetchSize ?? DEFAULT_FETCH_SIZE,
    consistency: common.consistency ?? null,
    parallelism: common.parallelism ?? null,
  };
}

/** All of a sink but its `from`, which needs the ids of the steps. */
export async function checkSink(
  reading: Reading,
  connections: Connections,
  id: string,
): Promise<(Omit<SinkSpec, 'from'> & { from: string | null }) | null> {
  const block = openBlock(reading.tree, ['sinks', id], `sink ${quoted(id)}`, reading.problems);
  if (block === null) return null;
  const endpoint = await checkEndpoint(reading, connections, block, 'sink');
  const common = checkCommon(reading, block, sinkFields);
  if (common === null || endpoint === null) return null;
  return {
    type: endpoint.type,
    connection: endpoint.connection,
    from: common.from ?? null,
    own: endpoint.own,
    onReject: rejectPolicy(common.onReject),
    rateLimit: common.rateLimit ?? null,
    parallelism: common.parallelism ?? null,
  };
}

/** The keys that are the same for every connector. */
function checkCommon<Schema extends z.ZodObject>(
  reading: Reading,
  block: Block,
  schema: Schema,
): z.output<Schema> | null {
  return checkFields(block, schema, reading.problems, (key) => key in schema.shape);
}

type Role = 'source' | 'sink';

interface Endpoint {
  readonly type: string;
  readonly connection: string | null;
  readonly own: JsonObject;
}

async function checkEndpoint(
  reading: Reading,
  connections: Connections,
  block: Block,
  role: Role,
): Promise<Endpoint | null> {
  const chosen = await chooseConnector(reading, connections, block, role);
  if (chosen === null) return null;
  const { connector, connection } = chosen;
  const typePath = [...block.path, connection === null ? 'type' : 'connection'];
  const config = await loadConfig(reading, connector);
  const schema = config[role];
  if (schema === undefined || connector[role] === undefined) {
    const others = Object.keys(reading.connectors).filter((type) => reading.connectors[type][role] !== undefined);
    problemAtKey(
      reading,
      'ETL-2062',
      `${block.what}: ${quoted(connector.type)} cannot be a ${role}`,
      typePath,
      `${role}s: ${others.join(', ')}`,
    );
    return null;
  }
  if (connection === null && config.connection !== undefined) {
    const hint = `declare it under "connections" and name it here: connection: my_${connector.type}`;
    problemAtKey(reading, 'ETL-2063', `${block.what}: ${quoted(connector.type)} needs a connection`, typePath, hint);
    return null;
  }
  const common = Object.keys((role === 'source' ? sourceFields : sinkFields).shape);
  const known = [...Object.keys(schema.shape), ...common];
  const own = checkFields(block, schema.strict(), reading.problems, (key) => !common.includes(key), known);
  return own === null ? null : { type: connector.type, connection, own: own as JsonObject };
}

async function chooseConnector(
  reading: Reading,
  connections: Connections,
  block: Block,
  role: Role,
): Promise<{ connector: Connector; connection: string | null } | null> {
  const name = scalarText(reading, [...block.path, 'connection']);
  const type = scalarText(reading, [...block.path, 'type']);
  if (name !== null && type !== null) {
    problemAtKey(
      reading,
      'ETL-2063',
      `${block.what} has both "connection" and "type"`,
      [...block.path, 'type'],
      'the type is that of the connection',
    );
    return null;
  }
  if (name !== null) {
    const spec = await connections.find(name, [...block.path, 'connection']);
    const connector = spec === null ? null : findConnector(reading, spec.type);
    return connector === null ? null : { connector, connection: name };
  }
  if (type !== null) {
    const connector = findConnector(reading, type);
    if (connector === null) unknownType(reading, reading.tree, type, [...block.path, 'type']);
    return connector === null ? null : { connector, connection: null };
  }
  if (!block.node.entries.has('connection') && !block.node.entries.has('type')) {
    const example = role === 'source' ? 'file' : 'print';
    problemAtKey(
      reading,
      'ETL-2040',
      `${block.what} needs a "connection"`,
      block.path,
      `or a type that needs none, such as type: ${example}`,
    );
  }
  return null;
}

function scalarText(reading: Reading, path: readonly (string | number)[]): string | null {
  const node = findNode(reading.tree.root, path);
  return node?.kind === 'scalar' && node.value !== null && node.text !== '' && node.isBroken !== true
    ? node.text
    : null;
}

/** Bounds and values keep the text of the file: a date is no number, and 2^63-1 no double. */
function splitWish(block: Block, split: NonNullable<z.output<typeof sourceFields>['split']>): SplitWish {
  const bound = (key: 'lower' | 'upper'): string | undefined => {
    const node = findNode(block.node, ['split', key]);
    return node?.kind === 'scalar' ? node.text : undefined;
  };
  const listed = (): string[] | undefined => {
    const node = findNode(block.node, ['split', 'values']);
    if (node?.kind !== 'list') return undefined;
    return node.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
  };
  const wish = {
    column: split.column,
    size: split.size,
    count: split.count,
    lower: bound('lower'),
    upper: bound('upper'),
    values: listed(),
    strategy: split.strategy ?? (split.values === undefined ? undefined : 'values'),
  };
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as SplitWish;
}

function rejectPolicy(given: z.output<typeof sinkFields>['onReject']): RejectPolicy {
  if (given === undefined || given === 'fail') return { kind: 'fail' };
  if (given === 'skip') return { kind: 'skip', maxRows: null, maxRatio: null };
  const limits = { maxRows: given.maxRows ?? null, maxRatio: given.maxRatio ?? null };
  return given.file === undefined ? { kind: 'skip', ...limits } : { kind: 'file', path: given.file, ...limits };
}

/** The keys of a source or sink block of one connector, common ones included; for the JSON Schema. */
export function blockShape(config: ConnectorConfig, role: Role): Record<string, z.core.$ZodType> {
  return { ...config[role]?.shape, ...(role === 'source' ? sourceFields : sinkFields).shape };
}
