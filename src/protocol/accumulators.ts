/**
 * What functions of the user's count up beside their rows, by step and name: as a task hands it over, and merged over all that
 * finished. Flink's accumulators. Plain JSON; a long is text, because it may be larger than a number is exact.
 */
export type Accumulator =
  | { readonly kind: 'counter'; readonly value: string }
  | { readonly kind: 'double' | 'minimum' | 'maximum'; readonly value: number }
  | { readonly kind: 'average'; readonly sum: number; readonly count: number }
  /** How often each value came. */
  | { readonly kind: 'histogram'; readonly counts: Readonly<Record<string, number>> }
  | { readonly kind: 'list'; readonly values: readonly (string | number | boolean | null)[] }
  /** The last value that was set, of the task that finished last. */
  | { readonly kind: 'gauge'; readonly value: number };

/** By the step's id, then by name. */
export type Accumulators = Readonly<Record<string, Readonly<Record<string, Accumulator>>>>;

export function mergeAccumulators(parts: readonly Accumulators[]): Accumulators {
  const merged: Record<string, Record<string, Accumulator>> = {};
  for (const part of parts) {
    for (const [step, named] of Object.entries(part)) {
      const own = (merged[step] ??= {});
      for (const [name, one] of Object.entries(named)) own[name] = name in own ? merge(own[name]!, one) : one;
    }
  }
  return merged;
}

function merge(a: Accumulator, b: Accumulator): Accumulator {
  if (a.kind === 'counter' && b.kind === 'counter')
    return { kind: 'counter', value: String(BigInt(a.value) + BigInt(b.value)) };
  if (a.kind === 'double' && b.kind === 'double') return { kind: 'double', value: a.value + b.value };
  if (a.kind === 'minimum' && b.kind === 'minimum') return { kind: 'minimum', value: Math.min(a.value, b.value) };
  if (a.kind === 'maximum' && b.kind === 'maximum') return { kind: 'maximum', value: Math.max(a.value, b.value) };
  if (a.kind === 'average' && b.kind === 'average')
    return { kind: 'average', sum: a.sum + b.sum, count: a.count + b.count };
  if (a.kind === 'histogram' && b.kind === 'histogram') {
    const counts = { ...a.counts };
    for (const [value, count] of Object.entries(b.counts)) counts[value] = (counts[value] ?? 0) + count;
    return { kind: 'histogram', counts };
  }
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', values: [...a.values, ...b.values] };
  // A function always makes the same kind under one name; the later one stands for both.
  return b;
}
