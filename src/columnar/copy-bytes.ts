/**
 * Copies `source[start, end)` into `target` from `at` on; the target has the room. For the hot loops that move cells.
 *
 * A native copy needs a view of the source, which costs about as much as storing 72 bytes by hand, eight at a time. The view is
 * a plain Uint8Array: `subarray` of a Buffer makes a Buffer, at a quarter more.
 */
const NATIVE_FROM = 72;

export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  const count = end - start;
  if (count > NATIVE_FROM) {
    target.set(new Uint8Array(source.buffer, source.byteOffset + start, count), at);
    return;
  }
  let from = start;
  let to = at;
  for (const last = end - 7; from < last; from += 8, to += 8) {
    target[to] = source[from];
    target[to + 1] = source[from + 1];
    target[to + 2] = source[from + 2];
    target[to + 3] = source[from + 3];
    target[to + 4] = source[from + 4];
    target[to + 5] = source[from + 5];
    target[to + 6] = source[from + 6];
    target[to + 7] = source[from + 7];
  }
  while (from < end) target[to++] = source[from++];
}
