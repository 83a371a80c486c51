/** Switches that tests turn. Results do not depend on them, only time does. */
import { count, flag } from '../setting.js';

export const debug = {
  'debug.force-spill': flag(
    'false',
    'A test switch. Operators are refused memory once as soon as they have something to spill, so that every one of them goes to disk. Rows are the same, runs are slow.',
  ),
  'debug.batch-rows': count(
    '8192',
    'A test switch. Most rows of a batch; 1 passes every row on its own. Rows are the same, runs are slow.',
    { max: 8192 },
  ),
};
