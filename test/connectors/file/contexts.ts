/** Contexts as a slot gives them, remembering what the connector told. */
import { defaultSettings } from '../../../src/config/settings.js';
import type { AttemptId, SinkContext, SlotContext } from '../../../src/connectors/connector.js';

export interface Told {
  readonly context: SinkContext;
  readonly rejected: { row: number; code: string; sqlState: string; message: string }[];
  readonly logged: string[];
  written: number;
}

export function slotContext(baseDir: string, runId = 'run1', slot = 0): SlotContext {
  return {
    settings: defaultSettings,
    runId,
    slot,
    logicalTimeMs: Date.UTC(2026, 0, 31),
    baseDir,
    mainPid: process.pid,
    networkBytes: 64 << 20,
    log: () => undefined,
  };
}

export function sinkContext(baseDir: string, { runId = 'run1', subtask = 0, sinkId = 'out' } = {}): Told {
  const told: Told = {
    rejected: [],
    logged: [],
    written: 0,
    context: {
      ...slotContext(baseDir, runId, subtask),
      log: (_level, message) => void told.logged.push(message),
      subtask,
      sinkId,
      reject: (_batch, row, error) => void told.rejected.push({ row, ...error }),
      written: (rows) => void (told.written += rows),
      waited: () => undefined,
    },
  };
  return told;
}

export function attempt(split: number, number = 1): AttemptId {
  return { vertex: 'v', split, attempt: number };
}
