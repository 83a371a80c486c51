/** Which operators hold rows in managed memory: they share it in a slot, and each needs some. */
import type { OperatorDescriptor } from './task.js';

export const holdsRows: Readonly<Record<OperatorDescriptor['kind'], boolean>> = {
  sort: true,
  aggregate: true,
  sortedAggregate: true,
  join: true,
  lookup: true,
  over: true,
  filter: false,
  select: false,
  map: false,
  flatMap: false,
  mapPartition: false,
  reduce: false,
  reduceGroup: false,
  coGroup: false,
  union: false,
  iterate: false,
  partition: false,
  intersect: false,
  except: false,
  unnest: false,
  window: false,
  session: false,
  assert: false,
  limit: false,
};
