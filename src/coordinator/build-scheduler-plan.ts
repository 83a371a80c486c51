/** What the scheduler needs to know of an execution plan: counts and ids, nothing that only a slot understands. */
import type { Settings } from '../config/settings.js';
import type { ExecutionPlan, ExecutionVertex } from '../plan/execution-plan.js';
import { splitCount } from '../split/split-at.js';
import type { SchedulerPlan } from './scheduler-state.js';

export function buildSchedulerPlan(plan: ExecutionPlan, settings: Settings): SchedulerPlan {
  return {
    slots: plan.parallelism,
    limits: plan.limits,
    iterations: plan.iterations,
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
        after: verticesBefore(plan, descriptor),
        limits: [...new Set(sourceLimit === null ? limits : [...limits, sourceLimit])],
        exhaustedBy: limitsThatEnd(descriptor),
        sinks: descriptor.sinks.map((sink) => sink.id),
        outputs: descriptor.outputs.map((output) => output.id),
      };
    }),
  };
}

/** Whose exchanges the vertex reads. */
function verticesBefore({ vertices }: ExecutionPlan, { inputs }: ExecutionVertex['descriptor']): string[] {
  const read = new Set(inputs.flatMap((input) => (input.kind === 'exchange' ? [input.id] : [])));
  return vertices
    .map((vertex) => vertex.descriptor)
    .filter((descriptor) => descriptor.outputs.some((output) => read.has(output.id)))
    .map((descriptor) => descriptor.id);
}

/** The nearest limit above every end; empty when some end has none above it, so that the vertex must run to its end. */
function limitsThatEnd({ operators, sinks, outputs }: ExecutionVertex['descriptor']): string[] {
  const nearest = (id: string): string | null => {
    const operator = operators.find((one) => one.id === id);
    if (operator === undefined) return null;
    if (operator.kind === 'limit') return operator.limit;
    return operator.inputs.length === 1 ? nearest(operator.inputs[0]!) : null;
  };
  const found = [...sinks, ...outputs].map((end) => nearest(end.input));
  return found.includes(null) ? [] : [...new Set(found as string[])];
}
