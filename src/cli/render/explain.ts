/** A planned job in the format asked for. */
import type { MemoryModel } from '../../config/memory-model.js';
import type { JsonObject } from '../../connectors/connector.js';
import type { ExecutionPlan } from '../../plan/execution-plan.js';
import { renderPlanDot, renderPlanMermaid } from '../../plan/explain/render-plan-drawing.js';
import { renderPlanJson, type PlanJson } from '../../plan/explain/render-plan-json.js';
import { renderPlanText, type ExplainStage } from '../../plan/explain/render-plan-text.js';
import { jsonText } from './json-text.js';
import { memoryJson } from './memory-json.js';

export const explainFormats = ['tree', 'json', 'mermaid', 'dot'] as const;
export const explainStages = ['logical', 'rewrites', 'job', 'execution', 'all'] as const;

export interface ExplainView {
  readonly format: (typeof explainFormats)[number];
  readonly stage: (typeof explainStages)[number];
  readonly width: number;
  readonly ascii: boolean;
}

interface Planned {
  readonly plan: ExecutionPlan;
  readonly memory: MemoryModel & { readonly component: 'taskmanager' };
}

export function renderExplain({ plan, memory }: Planned, { format, stage, width, ascii }: ExplainView): string {
  switch (format) {
    case 'tree': {
      const stages: readonly ExplainStage[] | undefined = stage === 'all' ? undefined : [stage];
      const [slot] = memory.slots;
      const perSlot = {
        heap: slot.frameworkHeap + slot.taskHeap,
        managed: slot.managed,
        network: slot.network,
        runtime: slot.runtime,
        total: slot.total,
      };
      return `${renderPlanText(plan, { width, ascii, memory: perSlot, ...(stages !== undefined && { stages }) })}\n`;
    }
    case 'json':
      return `${jsonText(partsOf(renderPlanJson(plan, memoryJson(memory)), stage), 2)}\n`;
    case 'mermaid':
      return `${renderPlanMermaid(plan)}\n`;
    case 'dot':
      return `${renderPlanDot(plan)}\n`;
    default:
      return format satisfies never;
  }
}

/** The parts of the JSON that belong to a stage, as they are in the whole. */
function partsOf({ name, logical, job, ...execution }: PlanJson, stage: ExplainView['stage']): JsonObject {
  switch (stage) {
    case 'logical':
      return { name, logical: { nodes: logical.nodes } };
    case 'rewrites':
      return { name, logical: { rewrites: logical.rewrites } };
    case 'job':
      return { name, job };
    case 'execution':
      return { name, ...execution };
    case 'all':
      return { name, logical, job, ...execution };
    default:
      return stage satisfies never;
  }
}
