/** Planning, as golden scripts: a job in, the plan out. */
import { goldenScripts } from '../support/golden.js';
import { runPlanCommand } from './support/plan-commands.js';

goldenScripts('test/plan/rewrite', runPlanCommand);
goldenScripts('test/plan/explain', runPlanCommand);
goldenScripts('test/plan/edit', runPlanCommand);
goldenScripts('test/plan/errors', runPlanCommand);
goldenScripts('test/plan/operators', runPlanCommand);
