/** What the scheduler changes while it works on one event: the next state, and the actions in the order they are to be done. */
import type {
  IterationProgress,
  JobState,
  SchedulerAction,
  SchedulerState,
  SlotState,
  VertexProgress,
} from './scheduler-state.js';

/** The state while one event is worked on, and the actions gathered so far. */
export class Draft {
  readonly actions: SchedulerAction[] = [];
  constructor(public state: SchedulerState) {}

  set(change: Partial<SchedulerState>): void {
    this.state = { ...this.state, ...change };
  }

  setSlot(slot: number, to: SlotState): void {
    this.set({ slots: this.state.slots.map((old, i) => (i === slot ? to : old)) });
  }

  setFailedStarts(slot: number, to: number): void {
    this.set({ failedStarts: this.state.failedStarts.map((old, i) => (i === slot ? to : old)) });
  }

  setVertex(id: string, change: Partial<VertexProgress>): void {
    this.set({ vertices: { ...this.state.vertices, [id]: { ...this.state.vertices[id]!, ...change } } });
  }

  setIteration(id: string, to: IterationProgress): void {
    this.set({ iterations: { ...this.state.iterations, [id]: to } });
  }

  moveJob(to: JobState): void {
    if (this.state.job === to) return;
    this.actions.push({ type: 'job-state', from: this.state.job, to });
    this.set({ job: to });
  }

  do(action: SchedulerAction): void {
    this.actions.push(action);
  }
}
