/**
 * In which windows a moment lies: those that begin at `offset + n · slide` and are `size` long, half-open.
 *
 *     size 30, slide 10:   t = 25 ─▶ [0, 30) [10, 40) [20, 50)          Flink's TimeWindow.getWindowStartWithOffset
 *
 * Microseconds since 1970. Moments of the years 1685 to 2255 are exact as doubles, the others go over bigints.
 */
export interface WindowGrid {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
}

/** Appends the starts, latest first. */
export function windowStarts(micros: number, grid: WindowGrid, starts: number[]): void {
  const { size, slide, offset } = grid;
  const since = micros - offset;
  const last = since - (((since % slide) + slide) % slide);
  for (let start = last; start + size > since; start -= slide) starts.push(start + offset);
}

export function windowStartsBig(micros: bigint, { size, slide, offset }: WindowGrid, starts: bigint[]): void {
  const [bigSize, bigSlide, bigOffset] = [BigInt(size), BigInt(slide), BigInt(offset)];
  const since = micros - bigOffset;
  const last = since - (((since % bigSlide) + bigSlide) % bigSlide);
  for (let start = last; start + bigSize > since; start -= bigSlide) starts.push(start + bigOffset);
}
