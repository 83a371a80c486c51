/**
 * A job file → `SpecDocument`, or all that is wrong with it at once.
 *
 *   bytes ─▶ clean text ─▶ tree ─▶ ${VAR} ─▶ blocks against zod ─▶ who reads whom ─▶ JobSpec
 *
 * A step that cannot go on (not UTF-8, not YAML) throws at once; from the tree on every problem is collected.
 */
import path from 'node:path';
import type { Connector } from '../connectors/connector.js';
import { connectors as allConnectors } from '../connectors/registry.js';
import type { EtlError } from '../errors/etl-error.js';
import { checkSink, checkSource } from './check-endpoints.js';
import { Connections } from './check-connections.js';
import { checkFields, openBlock } from './check-fields.js';
import { checkSteps } from './check-steps.js';
import { checkLookups } from './check-lookups.js';
import { interpolateTree, SecretValues, type Environment } from './interpolate.js';
import { coverValues, safeText, secretsOf } from './secrets.js';
import { jobFields } from './job-fields.js';
import type { ConnectionSpec, JobSpec, ReadableJob, SinkSpec, SourceSpec, SpecDocument, SpecPath } from './job-spec.js';
import { checkParams, type GivenParams } from './param-values.js';
import { parseYaml } from './parse-yaml.js';
import { Problems } from './problems.js';
import { checkCharacters, readSourceText } from './read-text.js';
import { problemAt, problemAtKey, type Reading } from './reading.js';
import { resolveInputs } from './resolve-inputs.js';
import { scalarPlace } from './scalar-offsets.js';
import { SourceText } from './source-text.js';
import { findNode, placeOf, type YamlTree } from './yaml-tree.js';

export interface LoadJobOptions {
  /** The file's text, when it does not come from the disk. */
  readonly text?: string;
  /** Values of `--param`. */
  readonly params: GivenParams;
  /** What `${VAR}` may see. */
  readonly env: Environment;
  /** Shared connections; default: conf/connections.yaml in the job's folder or the one above, or connections.yaml beside the job. */
  readonly connectionsFile?: string;
  /** Default: every connector of this program. */
  readonly connectors?: Readonly<Record<string, Connector>>;
  /** What else is wrong with the parts that could be read, where others could not. */
  readonly inspect?: (job: ReadableJob) => Promise<readonly EtlError[]>;
}

export async function loadJob(file: string, options: LoadJobOptions): Promise<SpecDocument> {
  const source =
    options.text === undefined
      ? await readSourceText(file)
      : checkCharacters(new SourceText(file, withoutMark(options.text)));
  const secrets = new SecretValues();
  const problems = new Problems(secrets.conceal);
  const tree = interpolateTree(parseYaml(source!), options.env, problems, secrets);
  const { connectors = allConnectors } = options;
  const reading: Reading = { tree, problems, connectors, configs: new Map() };
  const fill = (part: YamlTree, within: SpecPath) => interpolateTree(part, options.env, problems, secrets, within);
  const connections = new Connections(reading, await loadShared(file, options.connectionsFile), fill);
  const place = (at: SpecPath, offset?: number, length?: number) =>
    locate(connectionTree(connections, tree, at), at, offset, length);
  const { spec, readable } = await checkJob(reading, connections, options.params);
  if (problems.found)
    problems.throwIfAny((readable && (await options.inspect?.({ ...readable, locate: place }))) ?? []);
  return {
    file,
    baseDir: path.dirname(path.resolve(file)),
    spec: spec!,
    safeText: safeText(source!.text, spec!),
    conceal: concealer(secrets, spec!),
    warnings: problems.warningsInOrder(),
    locate: place,
  };
}

function concealer(fromEnvironment: SecretValues, spec: JobSpec): (text: string) => string {
  const secrets = secretsOf(spec);
  return (text) => coverValues(fromEnvironment.conceal(text), secrets);
}

interface CheckedJob {
  /** Null when there are problems. */
  readonly spec: JobSpec | null;
  /** Null where not even parts could be read. */
  readonly readable: Omit<ReadableJob, 'locate'> | null;
}

const unreadable: CheckedJob = { spec: null, readable: null };

/** Checks everything that can be checked in spite of the problems before. */
async function checkJob(reading: Reading, connections: Connections, params: GivenParams): Promise<CheckedJob> {
  const block = openBlock(reading.tree, [], 'the job file', reading.problems);
  if (block === null) return unreadable;
  if (block.node.entries.size === 0) {
    problemAt(reading, 'ETL-2040', 'the job file is empty', [], 'a job has a name, sources and sinks');
    return unreadable;
  }
  const job = checkFields(block, jobFields, reading.problems);
  const nameNode = findNode(reading.tree.root, ['name']);
  const isNameKnown = job !== null && nameNode?.kind === 'scalar' && nameNode.isBroken !== true;
  if (isNameKnown && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(job.name)) {
    problemAt(reading, 'ETL-2045', 'the name of the job may have letters, digits, ".", "_" and "-", at most 128', [
      'name',
    ]);
  }
  const paramSpecs = checkParams(reading, params);
  const sources = new Map<string, SourceSpec | null>();
  for (const id of keysOf(reading, 'sources')) sources.set(id, await checkSource(reading, connections, id));
  const sinks = new Map<string, Awaited<ReturnType<typeof checkSink>>>();
  for (const id of keysOf(reading, 'sinks')) sinks.set(id, await checkSink(reading, connections, id));
  const steps = checkSteps(reading, ['steps']);
  await checkLookups(reading, connections, steps);
  const isWhole = steps.every(({ operator }) => operator !== null);
  const connectionSpecs = await connections.finish(isWhole && ![...sources.values(), ...sinks.values()].includes(null));
  const inputs = resolveInputs(
    reading,
    [...sources.keys()],
    steps,
    [...sinks].map(([id, sink]) => ({ id, from: sink?.from ?? givenFrom(reading, id) })),
  );
  const readable = {
    params: paramSpecs,
    operators: steps.map((step) => step.operator),
    sinks: Object.fromEntries([...sinks].flatMap(([id, sink]) => (sink === null ? [] : [[id, sink]]))),
  };
  if (reading.problems.found || job === null) return { spec: null, readable };
  const spec: JobSpec = {
    name: job.name,
    description: job.description ?? null,
    params: paramSpecs,
    parallelism: job.parallelism ?? null,
    connections: connectionSpecs satisfies Record<string, ConnectionSpec>,
    sources: Object.fromEntries(sources) as Record<string, SourceSpec>,
    steps: inputs.steps,
    sinks: Object.fromEntries(
      [...sinks].map(([id, sink]) => [id, { ...sink!, from: inputs.sinkInputs.get(id)! } satisfies SinkSpec]),
    ),
  };
  return { spec, readable };
}

/** Ids of a required map. Nothing in it is a mistake of its own kind. */
function keysOf(reading: Reading, key: 'sources' | 'sinks'): string[] {
  const node = findNode(reading.tree.root, [key]);
  if (node?.kind !== 'map') return [];
  if (node.entries.size === 0) problemAtKey(reading, 'ETL-2040', `the job has no ${key}`, [key]);
  return [...node.entries.keys()];
}

function givenFrom(reading: Reading, sinkId: string): string | null {
  const node = findNode(reading.tree.root, ['sinks', sinkId, 'from']);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

async function loadShared(jobFile: string, given: string | undefined): Promise<YamlTree | null> {
  const folder = path.dirname(jobFile);
  const usual = [
    path.join(folder, 'conf', 'connections.yaml'),
    path.join(folder, '..', 'conf', 'connections.yaml'),
    path.join(folder, 'connections.yaml'),
  ];
  for (const candidate of given === undefined ? usual : [given]) {
    const source = await readSourceText(candidate, given === undefined);
    if (source !== null) return parseYaml(source);
  }
  return null;
}

function connectionTree(connections: Connections, tree: YamlTree, place: SpecPath): YamlTree {
  return place[0] === 'connections' && typeof place[1] === 'string' ? (connections.treeOf(place[1]) ?? tree) : tree;
}

function locate(tree: YamlTree, place: SpecPath, offset?: number, length = 1) {
  const node = findNode(tree.root, place);
  if (offset === undefined || node?.kind !== 'scalar') return placeOf(tree, place);
  return scalarPlace(tree.source, node, offset, offset + length);
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
