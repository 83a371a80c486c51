/**
 * The commands of one row, by the form of its value.
 *
 *     SET key value [PXAT ms | KEEPTTL]                              json, string           1 reply
 *     SADD key member · ZADD key score member                        set, zset without ttl  1 reply
 *     MULTI · DEL key · HSET key f v … · [PEXPIREAT key ms] · EXEC   hash                   1 a command
 *     EVALSHA sha 1 key [score] member ms                            set, zset with ttl     1 reply
 *
 * All rows of a sink get the same number of replies: where a row's lifetime is NULL, PERSIST stands for PEXPIREAT.
 */
import type { Batch } from '../../columnar/batch.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid, type Column } from '../../columnar/column.js';
import { appendBytes, appendConstant, appendCopy, bulk, closeBulk, commandHead, openBulk } from './bulk-string.js';
import { FieldsWriter, jsonObjectWriter, stringWriter, type WriteCell } from './cell-writers.js';
import { NEVER } from './expiry.js';
import { memberScript, type MemberScript } from './member-script.js';
import { numberOf } from './number-of.js';

export interface RowProblem {
  readonly code: 'ETL-5110' | 'ETL-5201';
  readonly sqlState: string;
  readonly message: string;
}

export interface CommandForm {
  readonly repliesPerRow: number;
  /** Must be loaded on the server before the first command; null: none. */
  readonly script: MemberScript | null;
  /** `values`: of the form's own expressions, in the order of its parameters. */
  startBatch(batch: Batch, values: readonly Column[]): void;
  problem(row: number): RowProblem | null;
  /** What stands before the key's bulk string; always of one length. */
  head(expires: boolean): Buffer;
  /** What stands behind the key, whose bulk string is `out.bytes[keyStart, keyEnd)`. */
  writeTail(row: number, out: ByteWriter, keyStart: number, keyEnd: number, expireAtMs: number): void;
}

const nullValue: RowProblem = {
  code: 'ETL-5201',
  sqlState: '22004',
  message: 'the value is NULL, which Redis cannot hold',
};
const noScore: RowProblem = {
  code: 'ETL-5201',
  sqlState: '22003',
  message: 'the score is NaN, which a sorted set cannot order',
};
const emptyHash: RowProblem = {
  code: 'ETL-5201',
  sqlState: '22004',
  message: 'every field of the hash is NULL, and Redis holds no empty hash',
};

/** The value as one string. `columns`: indexes of a JSON object's columns; null: the form's expression. */
export class StringForm implements CommandForm {
  readonly repliesPerRow = 1;
  readonly script = null;
  private readonly plainHead: Buffer;
  private readonly expiringHead = Buffer.from(commandHead('SET', 5));
  private readonly plainTail: Buffer;
  private readonly expiringTail = Buffer.from(bulk('PXAT'));
  private write: WriteCell = () => undefined;
  private nullable: Column | null = null;
  private digits = 2;
  private readonly moment = new MomentWord();

  constructor(
    private readonly columns: readonly number[] | null,
    keepTtl: boolean,
  ) {
    this.plainHead = Buffer.from(commandHead('SET', keepTtl ? 4 : 3));
    this.plainTail = Buffer.from(keepTtl ? bulk('KEEPTTL') : '');
  }

  startBatch(batch: Batch, values: readonly Column[]): void {
    if (this.columns === null) {
      this.write = stringWriter(values[0]);
      this.nullable = values[0].validity === null ? null : values[0];
    } else {
      const { fields } = batch.schema;
      this.write = jsonObjectWriter(
        this.columns.map((index) => fields[index].name),
        this.columns.map((index) => batch.columns[index]),
      );
    }
  }

  problem(row: number): RowProblem | null {
    return this.nullable === null || isValid(this.nullable, row) ? null : nullValue;
  }

  head(expires: boolean): Buffer {
    return expires ? this.expiringHead : this.plainHead;
  }

  writeTail(row: number, out: ByteWriter, _keyStart: number, _keyEnd: number, expireAtMs: number): void {
    const body = openBulk(out, this.digits);
    this.write(row, out);
    this.digits = closeBulk(out, body, this.digits);
    if (expireAtMs === NEVER) appendConstant(out, this.plainTail);
    else {
      appendConstant(out, this.expiringTail);
      this.moment.append(out, expireAtMs);
    }
  }
}

/** Replaces the key by a hash. */
export class HashForm implements CommandForm {
  readonly repliesPerRow: number;
  readonly script = null;
  private readonly start = Buffer.from(commandHead('MULTI', 1) + commandHead('DEL', 2));
  private readonly end: TransactionEnd;
  private readonly hset = Buffer.from(bulk('HSET'));
  private readonly fields: FieldsWriter;

  constructor(
    private readonly columns: readonly number[],
    names: readonly string[],
    expires: boolean,
  ) {
    this.fields = new FieldsWriter(names);
    this.end = new TransactionEnd(expires);
    this.repliesPerRow = expires ? 5 : 4;
  }

  startBatch(batch: Batch): void {
    this.fields.startBatch(this.columns.map((index) => batch.columns[index]));
  }

  problem(row: number): RowProblem | null {
    return this.fields.count(row) === 0 ? emptyHash : null;
  }

  head(): Buffer {
    return this.start;
  }

  writeTail(row: number, out: ByteWriter, keyStart: number, keyEnd: number, expireAtMs: number): void {
    out.byte(42);
    out.integer(2 + 2 * this.fields.count(row));
    out.byte(13);
    out.byte(10);
    appendConstant(out, this.hset);
    appendCopy(out, keyStart, keyEnd);
    this.fields.write(row, out);
    this.end.write(out, keyStart, keyEnd, expireAtMs);
  }
}

/** Adds a member to a set (values: member) or a sorted set (values: score, member). */
export class MemberForm implements CommandForm {
  readonly repliesPerRow = 1;
  readonly script: MemberScript | null;
  private readonly start: Buffer;
  private readonly moment = new MomentWord();
  private values: readonly Column[] = [];
  private writers: readonly WriteCell[] = [];
  private readonly digits = [1, 2];
  private score: ((row: number) => number) | null = null;

  constructor(
    private readonly sorted: boolean,
    expires: boolean,
  ) {
    this.script = expires ? memberScript(sorted) : null;
    const words = sorted ? 4 : 3;
    const plain = commandHead(sorted ? 'ZADD' : 'SADD', words);
    this.start = Buffer.from(
      this.script === null ? plain : commandHead('EVALSHA', words + 3) + bulk(this.script.sha) + bulk('1'),
    );
  }

  startBatch(_batch: Batch, values: readonly Column[]): void {
    this.values = values;
    this.writers = values.map(stringWriter);
    this.score = this.sorted ? numberOf(values[0]) : null;
  }

  problem(row: number): RowProblem | null {
    for (const column of this.values) if (!isValid(column, row)) return nullValue;
    return this.score !== null && Number.isNaN(this.score(row)) ? noScore : null;
  }

  head(): Buffer {
    return this.start;
  }

  writeTail(row: number, out: ByteWriter, _keyStart: number, _keyEnd: number, expireAtMs: number): void {
    for (let i = 0; i < this.writers.length; i++) {
      const body = openBulk(out, this.digits[i]);
      this.writers[i](row, out);
      this.digits[i] = closeBulk(out, body, this.digits[i]);
    }
    // NEVER is the script's 0.
    if (this.script !== null) this.moment.append(out, expireAtMs);
  }
}

/** `[PEXPIREAT key ms | PERSIST key] EXEC` */
class TransactionEnd {
  private readonly expireAt = Buffer.from(commandHead('PEXPIREAT', 3));
  private readonly persist = Buffer.from(commandHead('PERSIST', 2));
  private readonly exec = Buffer.from(commandHead('EXEC', 1));
  private readonly moment = new MomentWord();

  constructor(private readonly expires: boolean) {}

  write(out: ByteWriter, keyStart: number, keyEnd: number, expireAtMs: number): void {
    if (this.expires) {
      appendConstant(out, expireAtMs === NEVER ? this.persist : this.expireAt);
      appendCopy(out, keyStart, keyEnd);
      if (expireAtMs !== NEVER) this.moment.append(out, expireAtMs);
    }
    appendConstant(out, this.exec);
  }
}

/** Appends a moment as a word. Rows without jitter share theirs, so the last one is kept. */
class MomentWord {
  private moment = -1;
  private readonly last = new ByteWriter(32);

  append(out: ByteWriter, moment: number): void {
    if (moment !== this.moment) {
      this.moment = moment;
      this.last.clear();
      const body = openBulk(this.last, 13);
      this.last.integer(moment);
      closeBulk(this.last, body, 13);
    }
    appendBytes(out, this.last.bytes, 0, this.last.length);
  }
}
