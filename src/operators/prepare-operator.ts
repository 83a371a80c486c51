/** The one place that knows all operators. */
import type { Schema } from '../columnar/batch.js';
import type { JsonObject, LookupReader } from '../connectors/connector.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import { prepareAggregate } from './aggregate/aggregate.js';
import { prepareSortedAggregate } from './aggregate/sorted-aggregate.js';
import { prepareAssert } from './assert.js';
import { prepareFilter } from './filter.js';
import { prepareCoGroup } from './functions/co-group.js';
import { prepareMapPartition } from './functions/map-partition.js';
import { prepareMapRows } from './functions/map-rows.js';
import { prepareReduceGroups } from './functions/reduce-groups.js';
import { prepareJoin } from './join/join.js';
import { prepareIterate } from './iterate.js';
import { prepareLimit } from './limit.js';
import { prepareLookup } from './lookup/lookup.js';
import type { Operator } from './operator.js';
import { preparePartition } from './partition.js';
import { prepareRepeatRows } from './repeat-rows.js';
import { prepareSelect } from './select.js';
import { prepareSort } from './sort/sort.js';
import { prepareUnion } from './union.js';
import { prepareUnnest } from './unnest.js';
import { prepareWindow } from './window/assign-windows.js';
import { prepareOver } from './window/over.js';
import { prepareSession } from './window/sessions.js';

/** What of the slot operators reach beyond their inputs. */
export interface OperatorWorld {
  /** Where the path of a user's module starts. */
  readonly baseDir: string;
  readonly openLookup: (connector: string, params: JsonObject) => Promise<LookupReader>;
}

/** Compiles or loads what the operator needs. `inputs`: schemas of what feeds it. */
export async function prepareOperator(
  descriptor: OperatorDescriptor,
  inputs: readonly Schema[],
  { baseDir, openLookup }: OperatorWorld,
): Promise<Operator> {
  const input = inputs[0]!;
  switch (descriptor.kind) {
    case 'filter':
      return prepareFilter(descriptor, input);
    case 'select':
      return prepareSelect(descriptor, input);
    case 'map':
    case 'flatMap':
      return prepareMapRows(descriptor, input, baseDir);
    case 'mapPartition':
      return prepareMapPartition(descriptor, inputs, baseDir);
    case 'reduce':
    case 'reduceGroup':
      return prepareReduceGroups(descriptor, inputs, baseDir);
    case 'coGroup':
      return prepareCoGroup(descriptor, inputs, baseDir);
    case 'union':
      return prepareUnion(descriptor, input);
    case 'iterate':
      return prepareIterate(descriptor);
    case 'partition':
      return preparePartition(descriptor);
    case 'sort':
      return prepareSort(descriptor);
    case 'aggregate':
      return prepareAggregate(descriptor, input);
    case 'sortedAggregate':
      return prepareSortedAggregate(descriptor, inputs);
    case 'join':
      return prepareJoin(descriptor, inputs);
    case 'intersect':
    case 'except':
      return prepareRepeatRows(descriptor);
    case 'unnest':
      return prepareUnnest(descriptor);
    case 'window':
      return prepareWindow(descriptor);
    case 'over':
      return prepareOver(descriptor);
    case 'session':
      return prepareSession(descriptor);
    case 'assert':
      return prepareAssert(descriptor, input);
    case 'limit':
      return prepareLimit(descriptor);
    case 'lookup':
      return prepareLookup(descriptor, input, () => openLookup(descriptor.connector, descriptor.params));
    default:
      return descriptor satisfies never;
  }
}
