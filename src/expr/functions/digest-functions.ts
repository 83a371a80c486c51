/** Digests, and bytea to and from text. */
import { hash } from 'node:crypto';
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { asCall, bound, define, run, type BoundCall, type Overload, type RunFunction } from '../overload.js';
import { Md5 } from './digest-md5.js';
import {
  byteFormat,
  decodeBase64,
  decodeEscape,
  decodeHex,
  encodeBase64,
  encodeEscape,
  encodeHex,
  toHex32,
  toHex64,
  toHex64Fast,
  type ByteFormat,
} from './text-encode.js';

type Convert = (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void;

const encoders: Readonly<Record<ByteFormat, Convert>> = { hex: encodeHex, base64: encodeBase64, escape: encodeEscape };
const decoders: Readonly<Record<ByteFormat, Convert>> = { hex: decodeHex, base64: decodeBase64, escape: decodeEscape };

export const digestFunctions: readonly Overload[] = [
  define('md5', ['text'], 'text', bound(md5), asCall),
  define('md5', ['bytea'], 'text', bound(md5), asCall),
  ...['sha224', 'sha256', 'sha384', 'sha512'].map((name) => define(name, ['bytea'], 'bytea', run(sha(name)), asCall)),
  define(
    'encode',
    ['bytea', 'text'],
    'text',
    bound((call) => converter(call, encoders)),
    asCall,
  ),
  define(
    'decode',
    ['text', 'text'],
    'bytea',
    bound((call) => converter(call, decoders)),
    asCall,
  ),
  define('to_hex', ['int32'], 'text', run(toHex32), asCall),
  define('to_hex', ['int64'], 'text', run(toHex64, { runFast: toHex64Fast }), asCall),
];

function md5(): RunFunction {
  const digest = new Md5();
  return (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => digest.appendHex(bytes, start, end, out);
}

function sha(algorithm: string): Convert {
  return (bytes, start, end, out) => {
    const digest = hash(algorithm, bytes.subarray(start, end), 'buffer');
    out.copy(digest, 0, digest.length);
  };
}

function converter(call: BoundCall, converters: Readonly<Record<ByteFormat, Convert>>): RunFunction {
  const format = call.constants[1];
  if (typeof format === 'string') {
    const convert = converters[byteFormat(format)];
    return (bytes: Uint8Array, start: number, end: number, _: Uint8Array, __: number, ___: number, out: ByteWriter) =>
      convert(bytes, start, end, out);
  }
  return (
    bytes: Uint8Array,
    start: number,
    end: number,
    name: Uint8Array,
    nameStart: number,
    nameEnd: number,
    out: ByteWriter,
  ) => {
    const text = Buffer.from(name.subarray(nameStart, nameEnd)).toString();
    converters[byteFormat(text)](bytes, start, end, out);
  };
}
