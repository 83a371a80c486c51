/**
 * Connections: those of the job file, and those of the shared file that the job names. A connection that the job does not
 * use is not looked into, so a variable that is missing for it does no harm.
 */
import type { JsonObject } from '../connectors/connector.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { checkFields, openBlock } from './check-fields.js';
import { connectionFields, sharedFields } from './job-fields.js';
import type { ConnectionSpec, SpecPath } from './job-spec.js';
import { checkId, findConnector, loadConfig, problemAt, unknownType, type Reading } from './reading.js';
import { quoted } from './source-text.js';
import { findNode, placeOfKey, type MapNode, type YamlTree } from './yaml-tree.js';

export class Connections {
  private readonly reading: Reading;
  private readonly fill: (tree: YamlTree, within: SpecPath) => YamlTree;
  private shared: YamlTree | null;
  private readonly checked = new Map<string, Promise<ConnectionSpec | null>>();

  /** `shared`: the tree of conf/connections.yaml, `connections:` at its top, or null; `fill` puts the environment into a part of it. */
  constructor(reading: Reading, shared: YamlTree | null, fill: (tree: YamlTree, within: SpecPath) => YamlTree) {
    this.reading = reading;
    this.shared = shared;
    this.fill = fill;
    const block = shared === null ? null : openBlock(shared, [], 'the file of shared connections', reading.problems);
    if (block !== null) checkFields(block, sharedFields, reading.problems);
  }

  /** The connection that the block at `path` names; null, and a problem, when it is not there or not right. */
  async find(name: string, path: SpecPath): Promise<ConnectionSpec | null> {
    const tree = this.treeOf(name);
    if (tree === null) {
      const hint =
        didYouMeanHint(name, this.names()) ??
        (this.names().length === 0
          ? 'declare it under "connections"'
          : `declared: ${this.names().slice(0, 12).join(', ')}`);
      problemAt(this.reading, 'ETL-2060', `there is no connection ${quoted(name)}`, path, hint);
      return null;
    }
    let spec = this.checked.get(name);
    if (spec === undefined) {
      if (tree === this.shared) this.shared = this.fill(tree, ['connections', name]);
      spec = this.check(name, this.treeOf(name)!);
      this.checked.set(name, spec);
    }
    return spec;
  }

  /** All connections that the job uses; the job file's own unused ones are checked too, and warned about if `warn` says so. */
  async finish(warn: boolean): Promise<Record<string, ConnectionSpec>> {
    const own = connectionsOf(this.reading.tree);
    for (const name of own?.entries.keys() ?? []) {
      checkId(this.reading, name, 'a connection', ['connections', name], true);
      if (this.checked.has(name)) continue;
      if (warn)
        this.reading.problems.warn(
          'ETL-2091',
          `nothing uses the connection ${quoted(name)}`,
          placeOfKey(this.reading.tree, ['connections', name]),
        );
      this.checked.set(name, this.check(name, this.reading.tree));
    }
    const specs: Record<string, ConnectionSpec> = {};
    for (const [name, spec] of this.checked) {
      const found = await spec;
      if (found !== null) specs[name] = found;
    }
    return specs;
  }

  /** The tree in which a connection is declared: the job file comes first. */
  treeOf(name: string): YamlTree | null {
    if (connectionsOf(this.reading.tree)?.entries.has(name)) return this.reading.tree;
    return this.shared !== null && connectionsOf(this.shared)?.entries.has(name) ? this.shared : null;
  }

  private names(): string[] {
    const shared = this.shared === null ? [] : (connectionsOf(this.shared)?.entries.keys() ?? []);
    return [...new Set([...(connectionsOf(this.reading.tree)?.entries.keys() ?? []), ...shared])];
  }

  private async check(name: string, tree: YamlTree): Promise<ConnectionSpec | null> {
    const { problems } = this.reading;
    const what = `connection ${quoted(name)}`;
    const block = openBlock(tree, ['connections', name], what, problems);
    if (block === null) return null;
    const common = checkFields(block, connectionFields, problems, (key) => key === 'type');
    if (common === null) return null;
    const connector = findConnector(this.reading, common.type);
    if (connector === null) {
      unknownType(this.reading, tree, common.type, [...block.path, 'type']);
      return null;
    }
    const { connection: schema } = await loadConfig(this.reading, connector);
    if (schema === undefined) {
      const hint = `write "type: ${common.type}" in the source or sink itself`;
      problems.add(
        'ETL-2063',
        `${quoted(common.type)} needs no connection`,
        placeOfKey(tree, [...block.path, 'type']),
        hint,
      );
      return null;
    }
    const own = checkFields(block, schema.strict(), problems, (key) => key !== 'type', [
      'type',
      ...Object.keys(schema.shape),
    ]);
    return own === null ? null : { type: common.type, own: own as JsonObject };
  }
}

function connectionsOf(tree: YamlTree): MapNode | null {
  const node = findNode(tree.root, ['connections']);
  return node?.kind === 'map' ? node : null;
}
