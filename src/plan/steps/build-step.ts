/** A step of the job → its nodes in the graph. The one place that knows every operator of the job language. */
import { buildAggregate } from './build-aggregate.js';
import { buildDistinct, buildMapPartition, buildReduce, buildReduceGroup } from './build-groups.js';
import { buildDeltaIterate, buildIterate } from './build-iteration.js';
import { buildCoGroup, buildCross, buildJoin } from './build-join.js';
import { buildQuery } from './build-query.js';
import { buildLookup } from './build-lookup.js';
import { buildPartition, buildSort } from './build-order.js';
import { buildAssert, buildFilter, buildLimit, buildMap, buildSelect } from './build-rows.js';
import { buildSet } from './build-sets.js';
import { buildUnnest } from './build-unnest.js';
import { buildWindow } from './build-window.js';
import type { Output, StepBuild } from './step-build.js';

/** What the step's id stands for; null where it could not be typed, which has been said. */
export function buildStep(build: StepBuild): Output | null {
  const { operator } = build.step;
  switch (operator.kind) {
    case 'filter':
      return buildFilter(build, operator);
    case 'select':
      return buildSelect(build, operator);
    case 'map':
    case 'flatMap':
      return buildMap(build, operator);
    case 'mapPartition':
      return buildMapPartition(build, operator);
    case 'union':
    case 'unionAll':
    case 'intersect':
    case 'except':
      return buildSet(build, operator);
    case 'assert':
      return buildAssert(build, operator);
    case 'limit':
      return buildLimit(build, operator);
    case 'sort':
    case 'sortPartition':
      return buildSort(build, operator);
    case 'partition':
      return buildPartition(build, operator);
    case 'distinct':
      return buildDistinct(build, operator);
    case 'aggregate':
      return buildAggregate(build, operator);
    case 'reduce':
      return buildReduce(build, operator);
    case 'reduceGroup':
      return buildReduceGroup(build, operator);
    case 'join':
      return buildJoin(build, operator);
    case 'cross':
      return buildCross(build, operator);
    case 'coGroup':
      return buildCoGroup(build, operator);
    case 'unnest':
      return buildUnnest(build, operator);
    case 'window':
      return buildWindow(build, operator);
    case 'iterate':
      return buildIterate(build, operator, buildStep);
    case 'deltaIterate':
      return buildDeltaIterate(build, operator, buildStep);
    case 'sql':
      return buildQuery(build, operator);
    case 'lookup':
      return buildLookup(build, operator);
    default:
      return operator satisfies never;
  }
}
