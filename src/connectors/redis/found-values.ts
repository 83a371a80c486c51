/** Replies to HMGET and GET into columns: values from the reply's own bytes, a row for each key that is there. */
import type { Batch } from '../../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import { textParser, type TextParser } from '../../columnar/parse-text.js';
import { RowErrors, ValueError } from '../../columnar/row-errors.js';
import { compileExpressions } from '../../expr/compile-expression.js';
import type { FindOptions, FoundRows } from '../connector.js';
import { jsonSchema, type RedisLookupParams } from './lookup-params.js';
import { headerNumber } from './reply-scanner.js';

const LF = 10;
const BULK = 36;
const ARRAY = 42;

type Reject = FindOptions['reject'];

export class FoundValues {
  private readonly builders: readonly ColumnBuilder[];
  private readonly parsers: readonly TextParser[];
  /** By item of a reply: the builder that takes it, or -1. */
  private readonly takers: readonly number[];
  private readonly keys: number[] = [];
  private readonly names: readonly string[];

  constructor(
    private readonly params: RedisLookupParams,
    private readonly reject: Reject,
  ) {
    const { value, columns } = params;
    const { fields } = value.kind === 'json' ? jsonSchema : columns;
    this.builders = fields.map(({ type }) => createBuilder(type, 64));
    this.parsers = fields.map(({ type }) => textParser(type));
    this.names = fields.map(({ name }) => name);
    this.takers = value.kind === 'hash' ? value.fields.map((name) => this.names.indexOf(name)) : [fields.length - 1];
  }

  /** The reply for `key`, which is no error; false when it is none that such a command has. */
  add(key: number, bytes: Buffer, start: number, end: number): boolean {
    const isArray = bytes[start] === ARRAY;
    if (isArray !== (this.params.value.kind === 'hash') || (!isArray && bytes[start] !== BULK)) return false;
    let at = isArray ? bytes.indexOf(LF, start) + 1 : start;
    const first = this.keys.length;
    let isThere = false;
    try {
      for (const taker of this.takers) {
        if (at >= end || bytes[at] !== BULK) return false;
        const size = headerNumber(bytes, at + 1);
        const body = bytes.indexOf(LF, at) + 1;
        at = size < 0 ? body : body + size + 2;
        if (size >= 0) isThere = true;
        if (taker < 0) continue;
        if (size < 0) this.builders[taker].appendNull();
        else this.take(taker, bytes, body, body + size);
      }
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.reject(key, error.sqlState, error.message);
      isThere = false;
    }
    if (isThere) this.keys.push(key);
    else for (const builder of this.builders) if (builder.length > first) builder.truncate(first);
    return true;
  }

  finish(): FoundRows {
    const { columns: schema, value } = this.params;
    const keys = Int32Array.from(this.keys);
    const columns = this.builders.map((builder) => builder.finish());
    const rows: Batch = { schema, columns, length: keys.length, selection: null };
    return value.kind === 'json' ? this.takenApart({ ...rows, schema: jsonSchema }, keys) : { rows, keys };
  }

  private take(column: number, bytes: Buffer, start: number, end: number): void {
    try {
      this.parsers[column](bytes, start, end, this.builders[column]);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ValueError(error.sqlState, `field "${this.names[column]}": ${error.message}`);
    }
  }

  private takenApart(objects: Batch, keys: Int32Array): FoundRows {
    const { columns: schema, value } = this.params;
    if (value.kind !== 'json') throw new Error('no JSON');
    const errors = new RowErrors();
    const columns = compileExpressions(value.exprs, jsonSchema)(objects, errors);
    for (const { row, sqlState, message } of errors.list) this.reject(keys[row], sqlState, message);
    return { rows: { schema, columns, length: objects.length, selection: null }, keys };
  }
}
