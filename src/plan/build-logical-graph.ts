/**
 * Job file → logical graph: one node for each source, step and sink that takes part, typed and checked.
 *
 * Only what some sink reads takes part. Every expression is checked; what is wrong is collected, and a step that cannot be
 * typed takes those below it with it, so that one mistake is told once.
 */
import type { Field, Schema } from '../columnar/batch.js';
import type { JsonObject, SinkPlan, SourceBlock, SourceCatalog, SourceDescription } from '../connectors/connector.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { checkPredicate, type Scope } from '../expr/check-expression.js';
import type { NamedExpr, TypedExpr } from '../expr/typed-expr.js';
import type { SourceSpec } from '../spec/job-spec.js';
import { findStep, type StepSpec } from '../spec/step-operator.js';
import { describeLookup, type BoundLookup } from './describe-lookup.js';
import { columnUses } from './expr-facts.js';
import { columnOf, makeGraph } from './graph-edit.js';
import type { LogicalGraph, LogicalNode } from './logical-graph.js';
import { PlanProblems, type Site } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';
import { planSink } from './plan-sink.js';
import { meetsInputs, sharedAncestors } from './rules/separate-diamonds.js';
import { buildStep } from './steps/build-step.js';
import { aliasesOf, type Input, type Output } from './steps/step-build.js';

export interface BoundSource {
  readonly catalog: SourceCatalog;
  readonly block: SourceBlock;
  readonly description: SourceDescription;
  readonly spec: SourceSpec;
  readonly notes: readonly string[];
}

export interface BoundGraph {
  readonly graph: LogicalGraph;
  /** By source id. */
  readonly sources: ReadonlyMap<string, BoundSource>;
  /** By sink id. */
  readonly sinks: ReadonlyMap<string, SinkPlan>;
  /** By step id. */
  readonly lookups: ReadonlyMap<string, BoundLookup>;
}

/** @throws EtlError or EtlErrors with all that is wrong. */
export async function buildLogicalGraph(request: PlanRequest): Promise<BoundGraph> {
  return new GraphBuilder(request).build();
}

type Params = Readonly<Record<string, TypedExpr & { kind: 'literal' }>>;

class GraphBuilder {
  private readonly problems: PlanProblems;
  private readonly nodes: LogicalNode[] = [];
  private readonly sources = new Map<string, BoundSource>();
  private readonly sinks = new Map<string, SinkPlan>();
  private readonly lookups = new Map<string, BoundLookup>();
  /** By id of the job file: the node whose rows it stands for; missing where it could not be typed. */
  private readonly outputs = new Map<string, Output>();
  private readonly params: Params;
  private readonly now: string;

  constructor(private readonly request: PlanRequest) {
    this.problems = new PlanProblems(request.document);
    const { params } = request.document.spec;
    this.params = Object.fromEntries(
      Object.entries(params).map(([name, { type, value }]) => [
        name,
        { kind: 'literal', text: value, type, param: name },
      ]),
    );
    this.now = new Date(request.logicalTimeMs).toISOString().replace('T', ' ').replace('Z', '+00');
  }

  async build(): Promise<BoundGraph> {
    const { spec } = this.request.document;
    const wanted = this.wantedIds();
    for (const [id, source] of Object.entries(spec.sources)) if (wanted.has(id)) await this.addSource(id, source);
    for (const step of spec.steps) {
      if (!wanted.has(step.id)) continue;
      await this.describeLookups([step]);
      this.addStep(step);
    }
    for (const id of Object.keys(spec.sinks)) await this.addSink(id);
    this.problems.throwIfAny();
    const graph = makeGraph(this.nodes);
    this.refuseSharedLimits(graph);
    this.problems.throwIfAny();
    return { graph, sources: this.sources, sinks: this.sinks, lookups: this.lookups };
  }

  private wantedIds(): ReadonlySet<string> {
    const { sinks, steps } = this.request.document.spec;
    const wanted = new Set(Object.values(sinks).map((sink) => sink.from));
    for (const step of steps.toReversed()) if (wanted.has(step.id)) step.from.forEach((id) => wanted.add(id));
    return wanted;
  }

  private async addSource(id: string, spec: SourceSpec): Promise<void> {
    const { document, catalog } = this.request;
    const site: Site = { path: ['sources', id], what: `source "${id}"` };
    const { columns, where, split, fetchSize, consistency, own } = spec;
    const at = { ...document.locate(site.path), what: site.what };
    const block: SourceBlock = { id, own, columns, where, split, fetchSize, consistency, params: this.params, at };
    try {
      const opened = await catalog.source(spec.type, connectionOf(document.spec.connections, spec.connection));
      const description = await opened.describe(block);
      this.bindSource(id, spec, block, opened, description);
    } catch (error) {
      this.problems.keep(error, site);
    }
  }

  /**
   * A source that has conditions evaluates its `where` itself, in its own words. For others it is a filter of ours, right
   * behind the source; columns that only that filter reads are dropped again after it.
   */
  private bindSource(
    id: string,
    spec: SourceSpec,
    block: SourceBlock,
    catalog: SourceCatalog,
    description: SourceDescription,
  ): void {
    const { fields } = description.schema;
    if (spec.columns !== null && !this.checkColumns(id, spec.columns, fields)) return;
    const { dialect, projection, where: evaluatesWhere = dialect !== null } = description.pushdown;
    const what = `source "${id}"`;
    const where =
      spec.where === null || evaluatesWhere
        ? null
        : this.predicate(spec.where, description.schema, ['sources', id, 'where'], what);
    const notes = where === null ? [] : [`where is evaluated by etl: ${spec.type} has no conditions`];
    const askedBlock = evaluatesWhere ? block : { ...block, where: null };
    this.sources.set(id, { catalog, block: askedBlock, description, spec, notes });

    const all = fields.map((field) => field.name);
    const given = spec.columns ?? all;
    const filtered = where === null ? [] : [...columnUses([where]).keys()];
    const columns = projection ? [...new Set([...given, ...filtered])] : all;
    const schemaOf = (names: readonly string[]): Schema => ({
      fields: names.map((name) => fields.find((field) => field.name === name)!),
    });
    const { parallelism } = spec;
    const { schema } = description;
    this.addOutput(
      { kind: 'source', id, inputs: [], connector: spec.type, columns, filters: [], limit: null, parallelism, schema },
      schemaOf(columns),
    );
    if (where !== null) {
      const filter = `${id}.where`;
      this.add({
        kind: 'filter',
        id: filter,
        inputs: [id],
        predicate: where,
        schema: schemaOf(columns),
        parallelism: null,
      });
      this.outputs.set(id, { id: filter, schema: schemaOf(columns), aliases: new Map() });
    }
    if (columns.join() !== given.join()) {
      const inputs = [this.outputs.get(id)!.id];
      const visible = schemaOf(given);
      const items = visible.fields.map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
      this.add({ kind: 'select', id: `${id}.columns`, inputs, items, schema: visible, parallelism: null });
      this.outputs.set(id, { id: `${id}.columns`, schema: visible, aliases: new Map() });
    }
  }

  private checkColumns(id: string, columns: readonly string[], fields: readonly Field[]): boolean {
    const known = fields.map((field) => field.name);
    const before = this.problems.count;
    columns.forEach((name, i) => {
      const site: Site = { path: ['sources', id, 'columns', i], what: `source "${id}"` };
      if (!known.includes(name)) {
        this.problems.add(
          'ETL-3021',
          `there is no column "${name}"`,
          site,
          didYouMeanHint(name, known) ?? `it has ${known.join(', ')}`,
        );
      } else if (columns.indexOf(name) < i) {
        this.problems.add('ETL-3022', `column "${name}" is listed twice`, site);
      }
    });
    return this.problems.count === before;
  }

  /** Also of the steps in an iteration. */
  private async describeLookups(steps: readonly StepSpec[]): Promise<void> {
    const { request, params, problems } = this;
    for (const step of steps) {
      const { operator } = step;
      if ('steps' in operator) await this.describeLookups(operator.steps);
      if (operator.kind !== 'lookup') continue;
      const lookup = await describeLookup(request, { ...step, operator }, params, problems);
      if (lookup !== null) this.lookups.set(step.id, lookup);
    }
  }

  private addStep(step: StepSpec): void {
    const inputs = step.from.map((name): Input | null => {
      const output = this.outputs.get(name);
      return output === undefined ? null : { ...output, name };
    });
    if (!inputs.every((input) => input !== null)) return;
    const { problems, params, now } = this;
    const scope = { params, now };
    const { lookups } = this;
    const output = buildStep({ step, inputs, problems, scope, lookups, add: (node) => this.add(node) });
    if (output !== null) this.outputs.set(step.id, output);
  }

  private async addSink(id: string): Promise<void> {
    const { document } = this.request;
    const spec = document.spec.sinks[id];
    const input = this.outputs.get(spec.from);
    if (input === undefined) return;
    const before = this.problems.count;
    const scope = { ...this.scope(input.schema), aliases: aliasesOf({ ...input, name: spec.from }) };
    const plan = await planSink(this.request, id, spec, input.schema, scope, this.problems);
    if (plan === null || this.problems.count > before) return;
    this.sinks.set(id, plan);
    this.add({
      kind: 'sink',
      id,
      inputs: [input.id],
      connector: spec.type,
      columns: plan.columns,
      schema: input.schema,
      parallelism: spec.parallelism,
    });
  }

  private predicate(text: string, schema: Schema, path: Site['path'], what: string): TypedExpr | null {
    try {
      return checkPredicate(text, this.scope(schema));
    } catch (error) {
      this.problems.keepExpression(error, { path, what });
      return null;
    }
  }

  private refuseSharedLimits(graph: LogicalGraph): void {
    const { steps } = this.request.document.spec;
    for (const union of graph.nodes.filter(meetsInputs)) {
      const shared = union.inputs.flatMap((input, i) =>
        union.inputs.slice(i + 1).flatMap((other) => sharedAncestors(graph, input, other)),
      );
      const limit = graph.nodes.find((node) => node.kind === 'limit' && shared.includes(node.id));
      if (limit === undefined) continue;
      const { path, label } = findStep(steps, union.id)!;
      const site: Site = { path: [...path, union.kind], what: `${label} (${union.kind})` };
      this.problems.add(
        'ETL-3025',
        `two of its inputs come from the same limit, "${limit.id}"`,
        site,
        `put the limit after the ${union.kind}`,
      );
    }
  }

  private scope(schema: Schema): Scope {
    return { columns: schema.fields, params: this.params, now: this.now };
  }

  private addOutput(node: LogicalNode, schema = node.schema): void {
    this.add(node);
    this.outputs.set(node.id, { id: node.id, schema, aliases: new Map() });
  }

  private add(node: LogicalNode): void {
    this.nodes.push(node);
  }
}

export function connectionOf(
  connections: Readonly<Record<string, { readonly own: JsonObject }>>,
  id: string | null,
): { readonly id: string; readonly own: JsonObject } | null {
  return id === null ? null : { id, own: connections[id].own };
}
