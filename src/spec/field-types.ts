/** zod types of fields that many blocks share. Input is what YAML gives, output is plain numbers and text. */
import { z } from 'zod';
import { UnreadableValueError, parseCount, parseDuration, parseRatio } from '../config/units.js';

/** `50000`, `50k`: a whole number within `[min, max]`. */
export function countField(description: string, min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .union([z.int().min(min).max(max), z.string()], { error: 'must be a whole number, such as 50000 or 50k' })
    .transform((value, context) => {
      const count = readUnit(() => (typeof value === 'number' ? value : parseCount(value)), context);
      if (count !== null && (count < min || count > max)) {
        context.addIssue({
          code: 'custom',
          message: max === Number.MAX_SAFE_INTEGER ? `must be at least ${min}` : `must be from ${min} to ${max}`,
          params: { unit: true },
        });
      }
      return count ?? min;
    })
    .describe(description);
}

/** `0.01`, `1%`: a share of one. */
export function ratioField(description: string) {
  return z
    .union([z.number().min(0).max(1), z.string()], { error: 'must be a share, such as 0.01 or 1%' })
    .transform((value, context) => {
      const ratio = readUnit(() => (typeof value === 'number' ? value : parseRatio(value)), context);
      if (ratio !== null && (ratio < 0 || ratio > 1))
        context.addIssue({ code: 'custom', message: 'must be from 0% to 100%', params: { unit: true } });
      return ratio ?? 0;
    })
    .describe(description);
}

/** `30s`, `1h30m`: milliseconds, more than none. */
export function durationField(description: string) {
  return z
    .string({ error: 'must be a duration, such as 30s or 1h' })
    .transform((value, context) => {
      const duration = readUnit(() => parseDuration(value), context);
      if (duration === 0)
        context.addIssue({ code: 'custom', message: 'must be more than nothing', params: { unit: true } });
      return duration ?? 1;
    })
    .describe(description);
}

/** A whole number > 0 of any size, as decimal text. */
export function bigCountField(description: string) {
  return z
    .union([z.int().min(1), z.string()], { error: 'must be a whole number, such as 50000 or 50k' })
    .transform((value, context) => {
      const text = String(value);
      const digits = /^\d{1,40}$/.test(text) ? BigInt(text) : readUnit(() => BigInt(parseCount(text)), context);
      if (digits !== null && digits < 1n)
        context.addIssue({ code: 'custom', message: 'must be at least 1', params: { unit: true } });
      return String(digits ?? 1n);
    })
    .describe(description);
}

/** An expression: YAML may have taken `10` or `true` for a number or a boolean; the text in the file counts. */
export function expressionField(description: string) {
  return z
    .union([z.string().min(1), z.number(), z.boolean()], { error: 'must be an expression, as text' })
    .describe(description);
}

export const parallelismField = countField('How many slots work on it at once', 1, 32_768);

function readUnit<T>(read: () => T, context: z.RefinementCtx): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    context.addIssue({ code: 'custom', message: error.message, params: { unit: true } });
    return null;
  }
}
