/**
 * What happens to rows that a step or a sink cannot take, for one vertex in one slot.
 *
 * Policy `fail`: the first such row fails the attempt. `skip`: counted and summed up by code and reason. `file`: also
 * written, as rows of `rejectSchema`, through a sink writer, so that a retried split leaves each reject exactly once.
 * The limits of a policy are the coordinator's business: only it sees all slots.
 */
import type { Batch } from '../columnar/batch.js';
import { createBuilder, type BytesBuilder, type Int64Builder } from '../columnar/column-builder.js';
import { ByteWriter } from '../columnar/byte-writer.js';
import { isValid } from '../columnar/column.js';
import { jsonWriter, writeJsonString } from '../columnar/write-json.js';
import { EtlError } from '../errors/etl-error.js';
import type { ErrorCode } from '../errors/registry.js';
import type { SinkWriter } from '../connectors/connector.js';
import { rejectSchema } from '../protocol/reject-schema.js';
import type { RejectPolicy } from '../protocol/task.js';

export interface Rejection {
  readonly code: ErrorCode;
  readonly sqlState: string;
  readonly message: string;
}

export interface RejectSummary {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

const FLUSH_ROWS = 1000;
const MOST_REASONS = 50;

export class RejectCollector {
  private reasons = new Map<string, { code: string; message: string; count: number }>();
  private builders = rejectSchema.fields.map((field) => createBuilder(field.type));
  private rows = 0;
  private split = 0;
  private readonly json = new ByteWriter();

  constructor(
    private readonly policy: RejectPolicy,
    private readonly writer: SinkWriter | null,
  ) {}

  beginSplit(split: number): void {
    this.reasons = new Map();
    this.builders = rejectSchema.fields.map((field) => createBuilder(field.type));
    this.rows = 0;
    this.split = split;
  }

  /** @throws EtlError with the rejection's code when the policy is `fail`. */
  rejectRow(stage: string, batch: Batch, row: number, rejection: Rejection): void {
    if (this.policy.kind === 'fail') throw this.failure(stage, rejection);
    this.json.clear();
    writeRowAsJson(batch, row, this.json);
    this.note(stage, rejection);
  }

  /** A row that never became one: `raw` is its text. */
  rejectText(stage: string, raw: string, rejection: Rejection): void {
    if (this.policy.kind === 'fail') throw this.failure(stage, rejection);
    this.json.clear();
    const bytes = Buffer.from(raw);
    writeJsonString(bytes, 0, bytes.length, this.json);
    this.note(stage, rejection);
  }

  private failure(stage: string, rejection: Rejection): EtlError {
    return new EtlError(rejection.code, rejection.message, {
      sqlState: rejection.sqlState,
      at: { what: stage },
      hint: 'correct the row or the expression, or let such rows go with `onReject: skip` or `onReject: {file: rejects.ndjson}` at the sink',
    });
  }

  private note(stage: string, { code, sqlState, message }: Rejection): void {
    const key = `${code} ${message}`;
    const seen =
      this.reasons.get(key) ?? (this.reasons.size < MOST_REASONS ? undefined : this.reasons.get(`${code} …`));
    if (seen !== undefined) seen.count++;
    else if (this.reasons.size < MOST_REASONS) this.reasons.set(key, { code, message, count: 1 });
    else this.reasons.set(`${code} …`, { code, message: 'other reasons', count: 1 });
    if (this.writer === null) return;
    const [splitColumn, ...columns] = this.builders as [Int64Builder, ...BytesBuilder[]];
    splitColumn.appendNumber(this.split);
    [stage, code, sqlState, message].forEach((value, i) => columns[i]!.appendString(value));
    columns[4]!.appendBytes(this.json.bytes, 0, this.json.length);
    this.rows++;
  }

  /** Writes what has gathered, if it is much or `force` is set. */
  async flush(force: boolean): Promise<void> {
    if (this.writer === null || this.rows === 0 || (!force && this.rows < FLUSH_ROWS)) return;
    const columns = this.builders.map((builder) => builder.finish());
    const length = this.rows;
    this.rows = 0;
    await this.writer.write({ schema: rejectSchema, columns, length, selection: null });
  }

  summary(): readonly RejectSummary[] {
    return [...this.reasons.values()];
  }
}

function writeRowAsJson(batch: Batch, row: number, out: ByteWriter): void {
  out.byte(0x7b);
  batch.schema.fields.forEach((field, i) => {
    if (i > 0) out.byte(0x2c);
    const name = Buffer.from(field.name);
    writeJsonString(name, 0, name.length, out);
    out.byte(0x3a);
    const column = batch.columns[i]!;
    if (isValid(column, row)) jsonWriter(column)(row, out);
    else out.ascii('null');
  });
  out.byte(0x7d);
}
