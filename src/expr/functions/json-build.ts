/** `jsonb_build_object`, `jsonb_build_array`, `to_jsonb` and their json twins. */
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { DataType } from '../../columnar/data-type.js';
import { jsonbWriter } from '../../columnar/jsonb-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import { writeJsonString } from '../../columnar/write-json.js';
import type { BoundCall, RunFunction } from '../overload.js';
import { argumentSize, jsonValueWriter, type JsonTarget, type ValueWriter } from './json-value.js';
import { checkResultBytes } from './limits.js';
import { RefusedCall } from './refused-call.js';

/** One argument: where it stands in the flat list, and how it is written. */
interface Argument {
  readonly at: number;
  readonly size: 1 | 3;
  readonly write: ValueWriter;
  readonly type: DataType;
  readonly constant: string | null | undefined;
}

type Flat = readonly unknown[];

export function toJson(target: JsonTarget) {
  return (call: BoundCall): RunFunction => {
    const write = jsonValueWriter(call.types[0]!, target);
    const one = (value: unknown, out: ByteWriter): void => write(value, 0, 0, out);
    return argumentSize(call.types[0]!) === 3 ? write : one;
  };
}

export function buildArray(target: JsonTarget) {
  return (call: BoundCall): RunFunction => {
    const args = argumentsOf(call, target);
    return (values: Flat, out: ByteWriter): void => {
      const first = out.length;
      out.byte(91);
      args.forEach((arg, index) => {
        if (index > 0) out.ascii(', ');
        writeArgument(arg, values, out);
        checkResultBytes(out.length - first);
      });
      out.byte(93);
    };
  };
}

export function buildObject(target: JsonTarget) {
  return (call: BoundCall): RunFunction => {
    const args = argumentsOf(call, target, true);
    if (args.length % 2 !== 0) throw new ValueError('22023', 'argument list must have even number of elements');
    const pairs = Array.from({ length: args.length / 2 }, (_, i) => ({
      key: args[2 * i]!,
      value: args[2 * i + 1]!,
      number: 2 * i + 1,
    }));
    for (const { key } of pairs) {
      if (key.type.kind === 'json' || key.type.kind === 'jsonb' || key.type.kind === 'list')
        throw new RefusedCall('a key has to be a scalar, not an array or json', 'cast it, for example x::text');
    }
    if (target === 'jsonb' && pairs.every(({ key }) => key.type.kind === 'text' && typeof key.constant === 'string'))
      return inKeyOrder(pairs);
    return target === 'jsonb' ? sortedLater(asWritten(pairs, target)) : (asWritten(pairs, target) as RunFunction);
  };
}

interface Pair {
  readonly key: Argument;
  readonly value: Argument;
  readonly number: number;
}

/** Constant keys are sorted beforehand; of equal ones the last counts. */
function inKeyOrder(pairs: readonly Pair[]): RunFunction {
  const byKey = new Map(pairs.map((pair) => [pair.key.constant as string, pair]));
  const keyed = [...byKey].map(([key, pair]) => ({ key: Buffer.from(key), pair }));
  keyed.sort((a, b) => a.key.length - b.key.length || Buffer.compare(a.key, b.key));
  const members = keyed.map(({ key, pair }, index) => {
    const prefix = new ByteWriter(64);
    prefix.ascii(index === 0 ? '{' : ', ');
    writeJsonString(key, 0, key.length, prefix);
    prefix.ascii(': ');
    return { prefix: Uint8Array.from(prefix.view()), value: pair.value };
  });
  return (values: Flat, out: ByteWriter): void => {
    const first = out.length;
    if (members.length === 0) out.byte(123);
    for (const { prefix, value } of members) {
      out.copy(prefix, 0, prefix.length);
      writeArgument(value, values, out);
      checkResultBytes(out.length - first);
    }
    out.byte(125);
  };
}

function asWritten(pairs: readonly Pair[], target: JsonTarget) {
  const scratch = new ByteWriter(64);
  return (values: Flat, out: ByteWriter): void => {
    const first = out.length;
    out.byte(123);
    pairs.forEach(({ key, value, number }, index) => {
      if (index > 0) out.ascii(', ');
      if (values[key.at] === null)
        throw new ValueError(
          '22023',
          target === 'jsonb' ? `argument ${number}: key must not be null` : `argument ${number} cannot be null`,
        );
      scratch.clear();
      writeArgument(key, values, scratch);
      if (scratch.bytes[0] === 34) out.copy(scratch.bytes, 0, scratch.length);
      else writeJsonString(scratch.bytes, 0, scratch.length, out);
      out.ascii(target === 'json' ? ' : ' : ': ');
      writeArgument(value, values, out);
      checkResultBytes(out.length - first);
    });
    out.byte(125);
  };
}

function sortedLater(write: (values: Flat, out: ByteWriter) => void): RunFunction {
  const scratch = new ByteWriter(256);
  const writeJsonb = jsonbWriter();
  return (values: Flat, out: ByteWriter): void => {
    scratch.clear();
    write(values, scratch);
    writeJsonb(scratch.bytes, 0, scratch.length, out);
  };
}

/** A key is the text of its value, which for numbers is json's spelling in both. */
function argumentsOf(call: BoundCall, target: JsonTarget, hasKeys = false): Argument[] {
  let at = 0;
  return call.types.map((type, index) => {
    const size = argumentSize(type);
    const argument = {
      at,
      size,
      write: jsonValueWriter(type, hasKeys && index % 2 === 0 ? 'json' : target),
      type,
      constant: call.constants[index],
    };
    at += size;
    return argument;
  });
}

function writeArgument(arg: Argument, values: Flat, out: ByteWriter): void {
  const value = values[arg.at];
  if (value === null) out.ascii('null');
  else if (arg.size === 3) arg.write(value, values[arg.at + 1] as number, values[arg.at + 2] as number, out);
  else arg.write(value, 0, 0, out);
}
