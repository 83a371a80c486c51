/** The rules, in the order in which they are tried. */
import { foldConstants } from './fold-constants.js';
import { mergeFilters } from './merge-filters.js';
import { mergeSelects } from './merge-selects.js';
import { pruneColumns } from './prune-columns.js';
import { pushFilterIntoSource } from './push-filter-into-source.js';
import { pushFilterThroughGroups } from './push-filter-through-groups.js';
import { pushFilterThroughJoin } from './push-filter-through-join.js';
import { pushFilterThroughLookup } from './push-filter-through-lookup.js';
import { pushFilterThroughSelect } from './push-filter-through-select.js';
import { pushFilterThroughUnion } from './push-filter-through-union.js';
import { pushLimitIntoSource } from './push-limit-into-source.js';
import { pushLimitIntoSort } from './push-limit-into-sort.js';
import { removeTrivialSelect } from './remove-trivial-select.js';
import type { RewriteRule } from './rewrite-rule.js';
import { separateDiamonds } from './separate-diamonds.js';

export const allRules: readonly RewriteRule[] = [
  separateDiamonds,
  foldConstants,
  pushFilterThroughUnion,
  pushFilterThroughSelect,
  pushFilterThroughGroups,
  pushFilterThroughJoin,
  pushFilterThroughLookup,
  pushFilterIntoSource,
  mergeFilters,
  mergeSelects,
  pushLimitIntoSource,
  pushLimitIntoSort,
  pruneColumns,
  removeTrivialSelect,
];
