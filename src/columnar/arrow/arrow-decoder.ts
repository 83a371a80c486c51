/**
 * Messages of one Arrow stream or file → batches of our columns, in order: a dictionary is kept for the batches behind it.
 *
 * Columns are views of the message's memory wherever it is in our layout, so the message must not be written to again.
 * A batch is as large as its writer made it; who needs `MAX_BATCH_ROWS` cuts it with `sliceBatch`.
 */
import type { Batch, Schema } from '../batch.js';
import type { Column } from '../column.js';
import { concatColumns } from '../concat-columns.js';
import { ArrowError } from './arrow-error.js';
import type { ArrowField } from './arrow-type.js';
import { columnPlaces, columnRanges } from './batch-layout.js';
import { BodyReader, type BodyPart } from './body-reader.js';
import { readSchema } from './decode-schema.js';
import type { FlatTable } from './flat-table.js';
import { checked, readMessage, type Message } from './message.js';
import { readColumn } from './read-column.js';
import { fieldFromArrow } from './type-from-arrow.js';
import { fieldToArrow } from './type-to-arrow.js';

export class ArrowDecoder {
  readonly schema: Schema;
  private readonly dictionaries = new Map<number, Column>();
  private readonly fields: readonly ArrowField[];
  private readonly trusted: boolean;

  private constructor(schema: Schema, fields: readonly ArrowField[], trusted: boolean) {
    this.schema = schema;
    this.fields = fields;
    this.trusted = trusted;
  }

  /** For batches that `encodeBatch` made of `schema` and a checksum has covered since: their values are not checked. */
  static forOwn(schema: Schema): ArrowDecoder {
    return new ArrowDecoder(schema, schema.fields.map(fieldToArrow), true);
  }

  /**
   * For what anybody wrote. `message` is the first of a stream.
   * @throws ArrowError where a column has a type that we cannot read, or two have one name
   */
  static forStream(message: Buffer): ArrowDecoder {
    const { kind, header } = readMessage(message);
    if (kind !== 'schema') throw new ArrowError('it does not begin with a schema');
    return ArrowDecoder.forSchemaTable(header);
  }

  /** For a file: the schema of its footer. */
  static forSchemaTable(table: FlatTable): ArrowDecoder {
    const fields = checked(() => readSchema(table));
    const names = new Set<string>();
    for (const { name } of fields) {
      if (names.has(name)) throw new ArrowError(`two of its columns are named "${name}"`);
      names.add(name);
    }
    return new ArrowDecoder({ fields: fields.map(fieldFromArrow) }, fields, false);
  }

  /**
   * The batch of a message, or null when it brought a dictionary. `wanted`: the columns that come out, in that order; of the others
   * nothing is looked at. `parts`: what of the body stands behind the metadata; null: all of it.
   * @throws ArrowError
   */
  decode(
    bytes: Buffer,
    wanted: readonly number[] | null = null,
    parts: readonly BodyPart[] | null = null,
  ): Batch | null {
    const message = readMessage(bytes);
    if (parts === null && bytes.length < message.bodyAt + message.bodyBytes)
      throw new ArrowError('it ends in the middle of a message');
    return checked(() => {
      if (message.kind === 'batch')
        return this.readBatch(message, this.bodyOf(message.header, message, bytes, parts), wanted);
      if (message.kind === 'dictionary') this.readDictionary(message, bytes, parts);
      else throw new ArrowError('a second schema stands among its batches');
      return null;
    });
  }

  /**
   * Bytes `[from, to)` of the body of a batch that `decode` looks at for `wanted`, in order. `message` needs no body.
   * @throws ArrowError
   */
  rangesOf(message: Message, wanted: readonly number[]): { readonly from: number; readonly to: number }[] {
    return checked(() => columnRanges(message.header, this.fields, wanted));
  }

  private readBatch(message: Message, body: BodyReader, wanted: readonly number[] | null): Batch {
    const length = message.header.int64(0);
    const { fields } = this.schema;
    const read = (position: number): Column => {
      const column = readColumn(body, this.fields[position], fields[position].type);
      if (column.length !== length) throw new ArrowError('the columns of a batch have different lengths');
      return column;
    };
    if (wanted === null)
      return { schema: this.schema, columns: fields.map((_, i) => read(i)), length, selection: null };
    const places = columnPlaces(message.header, this.fields);
    const columns = wanted.map((position) => {
      body.moveTo(places[position]);
      return read(position);
    });
    return { schema: { fields: wanted.map((position) => fields[position]) }, columns, length, selection: null };
  }

  private readDictionary(message: Message, bytes: Buffer, parts: readonly BodyPart[] | null): void {
    const id = message.header.int64(0);
    const data = message.header.table(1);
    const field = findEncoded(this.fields, id);
    if (data === null || field === null) throw new ArrowError('it holds a dictionary that no column uses');
    const values = { ...field, dictionary: null };
    const column = readColumn(this.bodyOf(data, message, bytes, parts), values, fieldFromArrow(values).type);
    const before = message.header.int8(2) === 0 ? undefined : this.dictionaries.get(id);
    this.dictionaries.set(id, before === undefined ? column : concatColumns([before, column]));
  }

  private bodyOf(
    header: FlatTable,
    { bodyAt, bodyBytes }: Message,
    bytes: Buffer,
    parts: readonly BodyPart[] | null,
  ): BodyReader {
    const { dictionaries, trusted } = this;
    return new BodyReader(header, bytes.subarray(bodyAt, bodyAt + bodyBytes), { dictionaries, trusted, parts });
  }
}

function findEncoded(fields: readonly ArrowField[], id: number): ArrowField | null {
  for (const field of fields) {
    if (field.dictionary?.id === id) return field;
    const found = findEncoded(field.children, id);
    if (found !== null) return found;
  }
  return null;
}
