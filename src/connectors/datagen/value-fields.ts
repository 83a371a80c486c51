/** zod types of single values in a datagen block: the human units of job files, and integers that keep every digit. */
import { z } from 'zod';
import { UnreadableValueError, parseCount, parseDuration, parseRatio } from '../../config/units.js';

/** `50000`, `50k`, `10M`: a whole number within `[min, max]`. */
export function countField(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .union([z.int().min(min).max(max), z.string()], { error: 'must be a whole number, such as 50000 or 50k' })
    .transform((value, context) => {
      const count = typeof value === 'number' ? value : readUnit(() => parseCount(value), context);
      if (count !== null && (count < min || count > max)) {
        const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
        context.addIssue({ code: 'custom', message: `must be ${range}`, params: { unit: true } });
      }
      return count ?? min;
    });
}

/** `0.1`, `10%`. */
export const shareField = z
  .union([z.number().min(0).max(1), z.string()], { error: 'must be a share, such as 0.1 or 10%' })
  .transform((value, context) => {
    const share = typeof value === 'number' ? value : readUnit(() => parseRatio(value), context);
    if (share !== null && (share < 0 || share > 1))
      context.addIssue({ code: 'custom', message: 'must be from 0% to 100%', params: { unit: true } });
    return share ?? 0;
  });

/** `30s`: microseconds, below 2^53. */
export const microsField = z.string({ error: 'must be a duration, such as 30s or 1h' }).transform((value, context) => {
  const micros = (readUnit(() => parseDuration(value), context) ?? 0) * 1000;
  if (Number.isSafeInteger(micros)) return micros;
  context.addIssue({ code: 'custom', message: 'must be less than 2^53 microseconds', params: { unit: true } });
  return 0;
});

/** Decimal text of an int64. */
export const int64Field = z
  .union([z.int(), z.string()], { error: 'must be a whole number' })
  .transform((value, context) => {
    const text = String(value);
    if (/^[+-]?\d{1,40}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return String(BigInt(text));
    context.addIssue({ code: 'custom', message: 'must be a whole number from -2^63 to 2^63 - 1' });
    return '0';
  });

/** A value of any type, as YAML has it. */
export const plainValue = z.union([z.string(), z.number()], { error: 'must be a number, or a date as text' });

function readUnit<T>(read: () => T, context: z.RefinementCtx): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    context.addIssue({ code: 'custom', message: error.message, params: { unit: true } });
    return null;
  }
}
