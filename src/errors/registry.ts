/**
 * Every error code, once: what kind it is, and so how the process exits and who acts next.
 *
 * The codes live by family, a file each; a code is never reused for another meaning. Tests hold this table against the
 * documentation in both directions, and every code has a script that provokes it.
 */
import type { CodeEntry } from './code-entry.js';
import { commandCodes } from './codes/command.js';
import { specCodes } from './codes/spec.js';
import { planCodes } from './codes/plan.js';
import { sourceCodes } from './codes/source.js';
import { sinkCodes } from './codes/sink.js';
import { rowCodes } from './codes/row.js';
import { runtimeCodes } from './codes/runtime.js';

const codes = {
  ...commandCodes,
  ...specCodes,
  ...planCodes,
  ...sourceCodes,
  ...sinkCodes,
  ...rowCodes,
  ...runtimeCodes,
};

export type ErrorCode = keyof typeof codes;

export const registry: Readonly<Record<ErrorCode, CodeEntry>> = codes;
