/**
 * The JSON Schema (draft-07) of job files, printed from the zod objects that the loader checks with, so that editors
 * complete, explain and underline what the loader would say. Written to be read by yaml-language-server:
 * one alternative at a time is chosen by `type`, so that its complaint names the key that is wrong.
 *
 * It is as strict as the loader about keys, and more lenient about values: `${VAR}` may stand for any scalar, and which
 * type a named connection has is not known to it.
 */
import { z } from 'zod';
import type { Connector, ConnectorConfig, JsonObject } from '../connectors/connector.js';
import { connectors as allConnectors } from '../connectors/registry.js';
import { blockShape } from './check-endpoints.js';
import { jobFields, paramFields, stepFields } from './job-fields.js';
import { operatorBlocks, operatorNames } from './operators/operator-blocks.js';

type Schema = { [key: string]: unknown };

export async function jobSchema(connectors: Readonly<Record<string, Connector>> = allConnectors): Promise<JsonObject> {
  const configs = await Promise.all(
    Object.values(connectors).map(async (connector) => ({ type: connector.type, config: await connector.config() })),
  );
  const job = printZod(jobFields);
  const properties = job.properties as Record<string, Schema>;
  setValues(properties.params, { $ref: '#/definitions/param' });
  setValues(properties.connections, { $ref: '#/definitions/connection' });
  setValues(properties.sources, { $ref: '#/definitions/source' });
  setValues(properties.sinks, { $ref: '#/definitions/sink' });
  properties.steps = { ...properties.steps, items: { $ref: '#/definitions/step' } };
  const definitions = {
    variable: {
      type: 'string',
      pattern: '\\$\\{',
      description: 'A value from the environment: ${NAME} or ${NAME:-default}',
    },
    param: printZod(paramFields),
    connection: connectionSchema(configs),
    source: endpointSchema(configs, 'source'),
    step: stepSchema(),
    sink: endpointSchema(configs, 'sink'),
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'etl job file',
    ...(withVariables(job) as Schema),
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, schema]) => [name, name === 'variable' ? schema : withVariables(schema)]),
    ),
  } as JsonObject;
}

type Configs = readonly { readonly type: string; readonly config: ConnectorConfig }[];

function connectionSchema(configs: Configs): Schema {
  const usable = configs.filter(({ config }) => config.connection !== undefined);
  return chosenByType(
    usable.map(({ type, config }) => ({
      type,
      block: z.strictObject({ type: z.literal(type), ...config.connection!.shape }),
    })),
    'The connector',
  );
}

function endpointSchema(configs: Configs, role: 'source' | 'sink'): Schema {
  const usable = configs.filter(({ config }) => config[role] !== undefined);
  const alone = usable.filter(({ config }) => config.connection === undefined);
  const connected = usable.filter(({ config }) => config.connection !== undefined);
  const blockOf = ({ type, config }: Configs[number], key: 'type' | 'connection') => {
    const { connection, type: _, ...shape } = blockShape(config, role) as Record<string, z.ZodType>;
    return z.strictObject(
      key === 'type'
        ? { type: z.literal(type), ...shape }
        : { connection: (connection as z.ZodOptional<z.ZodString>).unwrap(), ...shape },
    );
  };
  return {
    type: 'object',
    if: { required: ['type'] },
    then: chosenByType(
      alone.map((entry) => ({ type: entry.type, block: blockOf(entry, 'type') })),
      `The connector, for a ${role} that needs no connection`,
    ),
    else: {
      required: ['connection'],
      anyOf: connected.map((entry) => ({ title: `${entry.type} ${role}`, ...printZod(blockOf(entry, 'connection')) })),
    },
  };
}

/** `type` says which of the blocks the rest is. */
function chosenByType(
  blocks: readonly { readonly type: string; readonly block: z.ZodType }[],
  description: string,
): Schema {
  return {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: blocks.map(({ type }) => type), description } },
    allOf: blocks.map(({ type, block }) => ({ if: { properties: { type: { const: type } } }, then: printZod(block) })),
  };
}

function stepSchema(): Schema {
  const fields = Object.fromEntries(operatorNames.map((name) => [name, operatorBlocks[name].field.optional()]));
  const all = printZod(z.strictObject({ ...stepFields.shape, ...fields }));
  const blocks = all.properties as Record<string, { properties?: Record<string, Schema> }>;
  // The steps of an iteration.
  for (const { properties } of Object.values(blocks))
    if (properties?.steps !== undefined) properties.steps.items = { $ref: '#/definitions/step' };
  return { ...all, oneOf: operatorNames.map((name) => ({ required: [name] })) };
}

function printZod(schema: z.ZodType): Schema {
  const { $schema: _, ...printed } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  }) as Schema;
  return printed;
}

function setValues(map: Schema, values: Schema): void {
  delete map.propertyNames;
  map.additionalProperties = values;
}

/** Lets `${VAR}` stand where something else than text is wanted, and drops limits that say nothing. */
function withVariables(schema: unknown, takesText = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withVariables(item, takesText));
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = schema as Schema;
  const alternatives = node.anyOf as readonly Schema[] | undefined;
  const anyText = alternatives?.some(({ type, pattern }) => type === 'string' && pattern === undefined) ?? false;
  const result: Schema = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'if') result[key] = value;
    else if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) continue;
    else if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) continue;
    else if (key === 'enum' || key === 'const' || key === 'default' || key === 'required') result[key] = value;
    else if (key === 'properties')
      result[key] = Object.fromEntries(
        Object.entries(value as Schema).map(([name, inner]) => [name, name === 'type' ? inner : withVariables(inner)]),
      );
    else result[key] = withVariables(value, key === 'anyOf' && anyText);
  }
  const isScalar =
    ['integer', 'number', 'boolean'].includes(String(node.type)) || (node.enum !== undefined && node.type !== 'object');
  if (!isScalar || takesText) return result;
  const { description, default: byDefault, ...rest } = result;
  return {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    anyOf: [rest, { $ref: '#/definitions/variable' }],
  };
}
