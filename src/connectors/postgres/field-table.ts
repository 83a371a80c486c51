/**
 * Where the fields of some rows lie in a chunk of bytes: row after row, `[starts[i], ends[i])` of field `i`; -1 is NULL.
 *
 * Finding fields and reading values are two passes: the first knows the framing (COPY text, DataRow), the second the types,
 * column by column, each in a loop of its own over bytes that are still in the cache.
 */
export class FieldTable {
  starts = new Int32Array(1024);
  ends = new Int32Array(1024);
  count = 0;

  /** Makes room for `extra` more fields. May replace the arrays. */
  reserve(extra: number): void {
    if (this.count + extra <= this.starts.length) return;
    const capacity = Math.max(this.count + extra, this.starts.length * 2);
    const starts = new Int32Array(capacity);
    const ends = new Int32Array(capacity);
    starts.set(this.starts.subarray(0, this.count));
    ends.set(this.ends.subarray(0, this.count));
    this.starts = starts;
    this.ends = ends;
  }
}
