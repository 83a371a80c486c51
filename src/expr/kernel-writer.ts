/**
 * Writes the JavaScript of one loop over a batch for one expression.
 *
 *   rows: for (j = from; j < to; j++) { i = row number; load columns; compute; store }   →  returns where it stopped
 *
 * Two variants of the same expression: the fast one holds int64 and decimal values in doubles and returns early, at the row
 * in hand, when one leaves ±(2^53-1); the exact one holds them in bigints and never does. Only text made here becomes code:
 * columns are numbers, every literal and function is an entry of the constants table.
 *
 * Subexpressions that occur twice are computed once where the first stands in the same or an enclosing block.
 */
import { ByteWriter } from '../columnar/byte-writer.js';
import { createBuilder, type ColumnBuilder } from '../columnar/column-builder.js';
import { fieldIndex, type Schema } from '../columnar/batch.js';
import { typeName, type DataType } from '../columnar/data-type.js';
import { ValueError } from '../columnar/row-errors.js';
import { boundCall } from './bound-call.js';
import { constantParts } from './constant-parts.js';
import { loadColumn } from './load-column.js';
import { overloadOf } from './overload-of.js';
import type { CallExpr, Emitter, Kernel, Value } from './overload.js';
import { beginRow, storeNull, storeValue } from './store-result.js';
import type { TypedExpr } from './typed-expr.js';
import { formOf, zeroParts } from './value-form.js';

type RunKernel = Extract<Kernel, { kind: 'run' }>;

export interface KernelSource {
  readonly body: string;
  readonly constants: readonly unknown[];
  /** May the fast variant stop early? */
  readonly bails: boolean;
}

/** Values into a column; `target` is a `Target`. */
export function writeColumnKernel(expr: TypedExpr, input: Schema, exact: boolean): KernelSource {
  const writer = new KernelWriter(input, exact, storeNull(expr.type));
  beginRow(writer, expr.type);
  const value = writer.root(expr);
  if (value.isNull === 'true') writer.line(storeNull(expr.type));
  else if (value.isNull === 'false') storeValue(writer, expr.type, value.parts);
  else
    writer.branch(
      value.isNull,
      () => writer.line(storeNull(expr.type)),
      () => storeValue(writer, expr.type, value.parts),
    );
  return writer.source();
}

/** Rows where a condition holds; `target` is `{ rows: Int32Array, count }`. */
export function writePredicateKernel(expr: TypedExpr, input: Schema, exact: boolean): KernelSource {
  const writer = new KernelWriter(input, exact, '');
  writer.preamble('const rows = target.rows;');
  const value = writer.value(expr);
  const condition = value.isNull === 'false' ? value.parts[0]! : `!${value.isNull} && ${value.parts[0]!}`;
  writer.line(`if (${condition}) rows[target.count++] = i;`);
  return writer.source();
}

class KernelWriter implements Emitter {
  readonly #preamble = new Set<string>();
  readonly #lines: string[] = [];
  readonly #constants: unknown[] = [];
  readonly #constantNames = new Map<unknown, string>();
  /** Values at hand, innermost block last. */
  readonly #scopes: Map<string, Value>[] = [new Map()];
  readonly #keys = new WeakMap<TypedExpr, string>();
  #locals = 0;
  #bails = false;
  #throws = false;
  #scratch: string | null = null;

  constructor(
    readonly input: Schema,
    readonly exact: boolean,
    readonly onFail: string,
  ) {}

  source(): KernelSource {
    const body = this.#throws
      ? [
          'try {',
          ...this.#lines,
          `} catch (error) { if (!(error instanceof ${this.constant(ValueError)})) throw error; errors.add(i, error.sqlState, error.message); ${this.onFail} }`,
        ]
      : this.#lines;
    const table = this.#constants.map((_, index) => `const k${index} = constants[${index}];`);
    const loop = [
      'rows: for (let j = from; j < to; j++) {',
      'const i = selection === null ? j : selection[j];',
      ...(this.#scratch === null ? [] : [`${this.#scratch}.length = 0;`]),
      ...body,
      '}',
      'return to;',
    ];
    return { body: [...table, ...this.#preamble, ...loop].join('\n'), constants: this.#constants, bails: this.#bails };
  }

  preamble(code: string): void {
    this.#preamble.add(code);
  }

  line(code: string): void {
    this.#lines.push(code);
  }

  local(init: string): string {
    const name = `v${this.#locals++}`;
    this.line(`let ${name} = ${init};`);
    return name;
  }

  constant(value: unknown): string {
    const known = this.#constantNames.get(value);
    if (known !== undefined) return known;
    const name = `k${this.#constants.length}`;
    this.#constants.push(value);
    this.#constantNames.set(value, name);
    return name;
  }

  branch(condition: string, body: () => void, otherwise?: () => void): void {
    this.line(`if (${condition}) {`);
    this.#inScope(body);
    if (otherwise !== undefined) {
      this.line('} else {');
      this.#inScope(otherwise);
    }
    this.line('}');
  }

  block(body: (exit: string) => void): void {
    const label = `b${this.#locals++}`;
    this.line(`${label}: {`);
    this.#inScope(() => body(`break ${label};`));
    this.line('}');
  }

  result(type: DataType): Value {
    const isNull = this.local('false');
    return {
      isNull,
      parts: zeroParts(type, this.exact, (value) => this.constant(value)).map((zero) => this.local(zero)),
    };
  }

  assign(target: Value, source: Value): void {
    this.line(`${target.isNull} = ${source.isNull};`);
    if (source.isNull !== 'true') target.parts.forEach((part, i) => this.line(`${part} = ${source.parts[i]};`));
  }

  fail(sqlState: string, message: string): string {
    return `{ errors.add(i, ${this.constant(sqlState)}, ${this.constant(message)}); ${this.onFail} continue rows; }`;
  }

  throws(): void {
    this.#throws = true;
  }

  bail(): string {
    this.#bails = true;
    return 'return j;';
  }

  value(expr: TypedExpr): Value {
    if (expr.kind === 'literal') return this.#literal(expr);
    const key = this.#key(expr);
    for (const scope of this.#scopes) {
      const known = scope.get(key);
      if (known !== undefined) return known;
    }
    const value = this.#compute(expr);
    this.#scopes.at(-1)!.set(key, value);
    return value;
  }

  /** The whole expression: a function that makes bytes or a list writes them straight into the result. */
  root(expr: TypedExpr): Value {
    const form = formOf(expr.type);
    if (expr.kind !== 'call' || (form !== 'bytes' && form !== 'list')) return this.value(expr);
    const { kernel } = overloadOf(expr);
    return kernel.kind === 'run' ? this.#run(expr, kernel, form === 'bytes' ? 'out' : 'child') : this.value(expr);
  }

  #inScope(body: () => void): void {
    this.#scopes.push(new Map());
    body();
    this.#scopes.pop();
  }

  #compute(expr: Exclude<TypedExpr, { kind: 'literal' }>): Value {
    switch (expr.kind) {
      case 'column':
        return this.#column(expr.name, expr.type);
      case 'case':
        return this.#case(expr);
      case 'call': {
        const { kernel } = overloadOf(expr);
        if (kernel.kind === 'lazy') return kernel.emit(this, expr);
        return kernel.kind === 'run' ? this.#run(expr, kernel, null) : this.#inline(expr, kernel.emit);
      }
    }
  }

  #literal(expr: Extract<TypedExpr, { kind: 'literal' }>): Value {
    if (expr.text === null)
      return { isNull: 'true', parts: zeroParts(expr.type, this.exact, (value) => this.constant(value)) };
    return { isNull: 'false', parts: constantParts(expr.text, expr.type, this) };
  }

  #column(name: string, type: DataType): Value {
    const index = fieldIndex(this.input, name);
    if (index < 0) throw new TypeError(`the input has no column "${name}"`);
    if (this.input.fields[index]!.type.kind !== type.kind)
      throw new TypeError(`column "${name}" is ${typeName(this.input.fields[index]!.type)}, not ${typeName(type)}`);
    this.preamble(`const c${index} = columns[${index}];`);
    return loadColumn(this, `c${index}`, type);
  }

  #case(expr: Extract<TypedExpr, { kind: 'case' }>): Value {
    const result = this.result(expr.type);
    this.block((exit) => {
      for (const { when, then } of expr.branches) {
        const condition = this.value(when);
        this.branch(isTrue(condition), () => {
          this.assign(result, this.value(then));
          this.line(exit);
        });
      }
      if (expr.otherwise === null) this.line(`${result.isNull} = true;`);
      else this.assign(result, this.value(expr.otherwise));
    });
    return result;
  }

  #inline(expr: CallExpr, emit: Extract<Kernel, { kind: 'inline' }>['emit']): Value {
    return this.#strict(expr, (args) => {
      const { isNull, parts } = emit(this, args, expr);
      return { isNull, parts };
    });
  }

  /** NULL where an argument is, else what `compute` emits. */
  #strict(expr: CallExpr, compute: (args: readonly Value[]) => Value): Value {
    const args = expr.args.map((arg) => this.value(arg));
    const flags = [...new Set(args.map((arg) => arg.isNull).filter((flag) => flag !== 'false'))];
    if (flags.includes('true')) return this.#literal({ kind: 'literal', text: null, type: expr.type });
    if (flags.length === 0) {
      const value = compute(args);
      return { isNull: this.#named(value.isNull), parts: value.parts.map((part) => this.#named(part)) };
    }
    const result = this.result(expr.type);
    this.branch(
      flags.join(' || '),
      () => this.line(`${result.isNull} = true;`),
      () => {
        const value = compute(args);
        if (value.isNull !== 'false') this.line(`${result.isNull} = ${value.isNull};`);
        value.parts.forEach((part, i) => this.line(`${result.parts[i]} = ${part};`));
      },
    );
    return result;
  }

  #named(code: string): string {
    return /^(?:[a-z]\w*|-?\d+(?:\.\d+)?n?)$/.test(code) ? code : this.local(code);
  }

  #run(expr: CallExpr, kernel: RunKernel, into: 'out' | 'child' | null): Value {
    this.#throws = true;
    if (kernel.nulls === 'passed') {
      const args = expr.args.map((arg) => this.value(arg));
      return this.#invoke(expr, kernel, args, into, true);
    }
    return this.#strict(expr, (args) => this.#invoke(expr, kernel, args, into, false));
  }

  #invoke(
    expr: CallExpr,
    kernel: RunKernel,
    args: readonly Value[],
    into: 'out' | 'child' | null,
    passNulls: boolean,
  ): Value {
    const call = boundCall(expr.name, expr.args);
    const useFast = !this.exact && kernel.bindFast !== undefined;
    const fn = this.constant((useFast ? kernel.bindFast! : kernel.bind)(call));
    const passed = this.#passed(expr, args, passNulls, !this.exact && !useFast);
    const form = formOf(expr.type);
    if (form === 'bytes')
      return this.#invokeInto(`${fn}(${[...passed, into ?? this.#scratchName()].join(', ')})`, into);
    if (form === 'list') return this.#invokeList(expr, fn, passed, into);
    const returned = this.local(`${fn}(${passed.join(', ')})`);
    return this.#received(expr.type, returned, kernel.nullable === true, !useFast);
  }

  /** Arguments as `run` functions take them: flat, 64-bit values as bigints, NULL as null where it is passed. */
  #passed(expr: CallExpr, args: readonly Value[], passNulls: boolean, toBigInt: boolean): string[] {
    const overload = overloadOf(expr);
    const flat = args.map((arg, i) => {
      const form = formOf(expr.args[i]!.type);
      const parts = (form === 'long' || form === 'decimal') && toBigInt ? [`BigInt(${arg.parts[0]})`] : arg.parts;
      if (!passNulls || arg.isNull === 'false') return parts;
      return parts.map((part, index) =>
        index === 0 ? `(${arg.isNull} ? null : ${part})` : `(${arg.isNull} ? 0 : ${part})`,
      );
    });
    if (overload.variadic === undefined) return flat.flat();
    const rest = flat.slice(overload.args.length).flat();
    const array = this.constant(new Array(rest.length).fill(null));
    rest.forEach((part, i) => this.line(`${array}[${i}] = ${part};`));
    return [...flat.slice(0, overload.args.length).flat(), array];
  }

  #scratchName(): string {
    this.#scratch ??= this.constant(new ByteWriter(256));
    return this.#scratch;
  }

  #invokeInto(call: string, into: 'out' | 'child' | null): Value {
    if (into !== null) return { isNull: this.local(`${call} === false`), parts: [] };
    const scratch = this.#scratchName();
    const start = this.local(`${scratch}.length`);
    const isNull = this.local(`${call} === false`);
    return { isNull, parts: [this.local(`${scratch}.bytes`), start, this.local(`${scratch}.length`)] };
  }

  #invokeList(expr: CallExpr, fn: string, passed: readonly string[], into: 'out' | 'child' | null): Value {
    if (into !== null) return { isNull: this.local(`${fn}(${[...passed, into].join(', ')}) === false`), parts: [] };
    const element = (expr.type as Extract<DataType, { kind: 'list' }>).element;
    const builder: ColumnBuilder = createBuilder(element, 8);
    const name = this.constant(builder);
    const isNull = this.local(`${fn}(${[...passed, name].join(', ')}) === false`);
    const child = this.local(`${name}.finish()`);
    return { isNull, parts: [child, '0', this.local(`${child}.length`)] };
  }

  /** A returned value: its NULL, and a bigint back into a double in the fast variant. */
  #received(type: DataType, returned: string, nullable: boolean, isBigInt: boolean): Value {
    const isNull = nullable ? this.local(`${returned} === null`) : 'false';
    const zero = zeroParts(type, this.exact, (value) => this.constant(value))[0]!;
    if (formOf(type) !== 'long' || this.exact)
      return { isNull, parts: [nullable ? this.local(`${isNull} ? ${zero} : ${returned}`) : returned] };
    const number = this.local(
      nullable ? `${isNull} ? 0 : Number(${returned})` : isBigInt ? `Number(${returned})` : returned,
    );
    this.line(`if (!(${number} <= 9007199254740991 && ${number} >= -9007199254740991)) ${this.bail()}`);
    return { isNull, parts: [number] };
  }

  /** A text that two expressions share exactly when they mean the same. */
  #key(expr: TypedExpr): string {
    const known = this.#keys.get(expr);
    if (known !== undefined) return known;
    const key = JSON.stringify(expr);
    this.#keys.set(expr, key);
    return key;
  }
}

export function isTrue(value: Value): string {
  return value.isNull === 'false' ? value.parts[0]! : `!${value.isNull} && ${value.parts[0]!}`;
}
