/** Rows to commands: RESP bytes straight from column bytes, no string per cell, no object per row. */
import { fieldIndex, type Batch, type Schema } from '../../columnar/batch.js';
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid, type Column } from '../../columnar/column.js';
import { RowErrors } from '../../columnar/row-errors.js';
import { compileExpressions } from '../../expr/compile-expression.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import { MAX_BULK_BYTES, appendConstant, closeBulk, openBulk } from './bulk-string.js';
import { stringWriter, type WriteCell } from './cell-writers.js';
import { HashForm, MemberForm, StringForm, type CommandForm, type RowProblem } from './command-forms.js';
import { NEVER, REFUSED, jittered, momentOf, type MomentOf } from './expiry.js';
import type { RedisSinkParams } from './sink-params.js';

const nullKey: RowProblem = { code: 'ETL-5110', sqlState: '22004', message: 'the key is NULL' };
const badLifetime: RowProblem = {
  code: 'ETL-5201',
  sqlState: '22023',
  message: 'the lifetime of the key is not more than 0, or ends beyond all time',
};
const tooLarge: RowProblem = {
  code: 'ETL-5201',
  sqlState: '54000',
  message: 'the row is larger than the 512 MiB that Redis takes',
};

/** Of one sink: `startBatch`, then `encode` row by row. */
export class CommandEncoder {
  readonly form: CommandForm;
  /** Where in a row's bytes the bulk string of its key begins. */
  readonly keyOffset: number;
  private readonly evaluate: (batch: Batch, errors: RowErrors) => Column[];
  /** Constants, and indexes of expressions. */
  private readonly keyPlan: readonly (Buffer | number)[];
  private readonly momentIndex: number | null;
  private readonly valueIndexes: readonly number[];
  private readonly jitter: number;
  private keyParts: (Buffer | WriteCell)[] = [];
  private nullableKeys: Column[] = [];
  private moment: MomentOf = () => NEVER;
  private keyDigits = 2;

  constructor(
    private readonly params: RedisSinkParams,
    input: Schema,
    private readonly logicalTimeMs: number,
  ) {
    const { key, value, expiry } = params;
    const exprs: TypedExpr[] = [];
    const indexOf = (expr: TypedExpr): number => exprs.push(expr) - 1;
    this.keyPlan = key.map((part) => (part.kind === 'expr' ? indexOf(part.expr) : Buffer.from(part.text)));
    this.momentIndex =
      expiry.kind === 'ttl' ? indexOf(expiry.seconds) : expiry.kind === 'at' ? indexOf(expiry.moment) : null;
    this.valueIndexes = valueExpressions(params).map(indexOf);
    this.evaluate = compileExpressions(exprs, input);
    this.jitter = expiry.kind === 'fixed' || expiry.kind === 'ttl' ? expiry.jitter : 0;
    const expires = expiry.kind !== 'never' && expiry.kind !== 'keep';
    const columns = 'columns' in value ? value.columns.map((name) => fieldIndex(input, name)) : [];
    if (value.kind === 'json') this.form = new StringForm(columns, expiry.kind === 'keep');
    else if (value.kind === 'string') this.form = new StringForm(null, expiry.kind === 'keep');
    else if (value.kind === 'hash') this.form = new HashForm(columns, value.columns, expires);
    else this.form = new MemberForm(value.kind === 'zset', expires);
    this.keyOffset = this.form.head(expires).length;
  }

  /** Evaluates the expressions; gives the rows that failed in them. */
  startBatch(batch: Batch): RowErrors {
    const errors = new RowErrors();
    const columns = this.evaluate(batch, errors);
    this.keyParts = this.keyPlan.map((part) => (typeof part === 'number' ? stringWriter(columns[part]) : part));
    this.nullableKeys = this.keyPlan.flatMap((part) =>
      typeof part === 'number' && columns[part].validity !== null ? [columns[part]] : [],
    );
    this.moment = momentOf(
      this.params.expiry,
      this.momentIndex === null ? null : columns[this.momentIndex],
      this.logicalTimeMs,
    );
    this.form.startBatch(
      batch,
      this.valueIndexes.map((index) => columns[index]),
    );
    return errors;
  }

  /** Appends the commands of `row`; or says what is wrong with it, and leaves `out` as it was. */
  encode(row: number, out: ByteWriter): RowProblem | null {
    for (let i = 0; i < this.nullableKeys.length; i++) if (!isValid(this.nullableKeys[i], row)) return nullKey;
    const problem = this.form.problem(row);
    if (problem !== null) return problem;
    let moment = this.moment(row);
    if (moment === REFUSED) return badLifetime;
    const start = out.length;
    appendConstant(out, this.form.head(moment !== NEVER));
    const keyStart = out.length;
    const body = openBulk(out, this.keyDigits);
    for (let i = 0; i < this.keyParts.length; i++) {
      const part = this.keyParts[i];
      if (typeof part === 'function') part(row, out);
      else appendConstant(out, part);
    }
    if (this.jitter !== 0 && moment !== NEVER)
      moment = jittered(moment, this.jitter, this.logicalTimeMs, out.bytes, body, out.length);
    this.keyDigits = closeBulk(out, body, this.keyDigits);
    this.form.writeTail(row, out, keyStart, out.length, moment);
    if (out.length - start <= MAX_BULK_BYTES) return null;
    out.length = start;
    return tooLarge;
  }
}

function valueExpressions({ value }: RedisSinkParams): TypedExpr[] {
  switch (value.kind) {
    case 'string':
      return [value.expr];
    case 'set':
      return [value.member];
    case 'zset':
      return [value.score, value.member];
    default:
      return [];
  }
}
