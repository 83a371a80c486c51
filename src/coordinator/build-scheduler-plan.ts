/** What the scheduler needs to know of an execution plan: counts and ids, nothing that only a slot understands. */
import type { Settings } from '../config/settings.js';
import type { ExecutionPlan, ExecutionVertex } from '../plan/execution-plan.js';
import { splitCount } from '../split/split-at.js';
import type { SchedulerPlan } from './scheduler-state.js';

export function buildSchedulerPlan(plan: ExecutionPlan, settings: Settings): SchedulerPlan {
  return {
    slots: plan.parallelism,
    limits: plan.limits,
    restart: {
      type: settings['restart-strategy.type'],
      attempts: settings['restart-strategy.fixed-delay.attempts'],
      delayMs: settings['restart-strategy.fixed-delay.delay'],
    },
    vertices: plan.vertices.map(({ descriptor, parallelism, splits, sequential, sourceLimit }) => {
      const limits = descriptor.operators.flatMap((operator) => (operator.kind === 'limit' ? [operator.limit] : []));
      return {
        id: descriptor.id,
        parallelism,
        splitCount: Number(splitCount(splits)),
        sequential,
        limits: [...new Set(sourceLimit === null ? limits : [...limits, sourceLimit])],
        exhaustedBy: limitsThatEnd(descriptor),
        sinks: descriptor.sinks.map((sink) => sink.id),
      };
    }),
  };
}

/** The nearest limit above every sink; empty when some sink has none above it, so that the vertex must run to its end. */
function limitsThatEnd({ operators, sinks }: ExecutionVertex['descriptor']): string[] {
  const nearest = (id: string): string | null => {
    const operator = operators.find((one) => one.id === id);
    if (operator === undefined) return null;
    return operator.kind === 'limit' ? operator.limit : nearest(operator.input);
  };
  const found = sinks.map((sink) => nearest(sink.input));
  return found.includes(null) ? [] : [...new Set(found as string[])];
}
