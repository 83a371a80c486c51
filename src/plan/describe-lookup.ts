/** Asks a lookup's connector what there is to be found; its complaints get the step's place in the job file. */
import type {
  LookupBlock,
  LookupDescription,
  LookupPlanner,
  LookupTarget,
  SourceBlock,
} from '../connectors/connector.js';
import type { Lookup, StepSpec } from '../spec/step-operator.js';
import type { PlanProblems, Site } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';

export interface BoundLookup {
  readonly planner: LookupPlanner;
  readonly connector: string;
  readonly block: LookupBlock;
  readonly description: LookupDescription;
}

/** Null when there is a problem, which is kept. */
export async function describeLookup(
  { document, catalog, context }: PlanRequest,
  { id, path, label, operator }: StepSpec & { readonly operator: Lookup },
  params: SourceBlock['params'],
  problems: PlanProblems,
): Promise<BoundLookup | null> {
  const site: Site = { path: [...path, 'lookup'], what: `${label} (lookup)` };
  const { type, own } = document.spec.connections[operator.connection];
  const at = { ...document.locate(site.path), what: site.what };
  const block: LookupBlock = { id, target: targetOf(operator), connection: own, params, context, at };
  try {
    const planner = await catalog.lookup(type);
    return { planner, connector: type, block, description: await planner.describe(block) };
  } catch (error) {
    problems.keep(error, site);
    return null;
  }
}

function targetOf({ target }: Lookup): LookupTarget {
  if (target.kind === 'rows') return { kind: 'rows', own: target.own };
  let keys = 0;
  return {
    kind: 'values',
    template: target.parts.map((part) => (part.kind === 'constant' ? part.text : keys++)),
    form: target.form,
    schema: { fields: target.schema.map((field) => ({ ...field, nullable: true })) },
  };
}
