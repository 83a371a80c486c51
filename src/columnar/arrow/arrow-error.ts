/**
 * Arrow data that cannot be read. `message` is a clause about it, for the end of a sentence: `its column "a" is a struct,
 * which etl cannot read`. Who knows the file makes an `EtlError` of it.
 */
export class ArrowError extends Error {
  override readonly name = 'ArrowError';
}
