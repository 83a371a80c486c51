import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/columnar/byte-writer.js';
import {
  decimalToBigInt,
  decimalToNumber,
  decimalToText,
  decimalWriter,
  isSmallDecimal,
  parseDecimal,
  storeDecimal,
} from '../../src/columnar/decimal.js';

const limit = 10n ** 38n - 1n;
const unscaled = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }));

function parse(text: string, precision: number, scale: number): bigint {
  const words = new Int32Array(8);
  parseDecimal(Buffer.from(text), 0, text.length, precision, scale, words, 1);
  return decimalToBigInt(words, 1);
}

test('words, text and BigInt agree', () => {
  fc.assert(
    fc.property(unscaled, fc.integer({ min: 0, max: 38 }), (value, scale) => {
      const words = new Int32Array(4);
      storeDecimal(value, words, 0);
      expect(decimalToBigInt(words, 0)).toBe(value);
      const out = new ByteWriter(1);
      decimalWriter(words, scale)(0, out);
      const text = decimalToText(value, scale);
      expect(out.view().toString()).toBe(text);
      expect(parse(text, 38, scale)).toBe(value);
      expect(isSmallDecimal(words, 0)).toBe(value >= -(2n ** 53n) && value < 2n ** 53n);
      if (isSmallDecimal(words, 0)) expect(BigInt(decimalToNumber(words, 0))).toBe(value);
    }),
  );
});

test('input rounds half away from zero and moves the point by its exponent', () => {
  expect(parse('1.005', 10, 2)).toBe(101n);
  expect(parse('-1.005', 10, 2)).toBe(-101n);
  expect(parse('0.5', 10, 0)).toBe(1n);
  expect(parse('0.05', 10, 0)).toBe(0n);
  expect(parse('-.49', 10, 0)).toBe(0n);
  expect(parse(' +1e3\t', 10, 2)).toBe(100000n);
  expect(parse('12345e-3', 10, 2)).toBe(1235n);
  expect(parse('0e100', 3, 2)).toBe(0n);
  expect(parse('1e-100', 3, 2)).toBe(0n);
  expect(parse('000000000000000000000000000000000000000000001.', 3, 2)).toBe(100n);
});

test.each(['', ' ', '.', '-', '1..2', '1e', '1e+', 'e1', '1 2', '0x10', '1_000', 'nano', '--1'])(
  '"%s" is no number',
  (text) => {
    expect(() => parse(text, 38, 2)).toThrow('invalid input syntax for type numeric');
  },
);

test.each(['10', '9.995', '1e2', 'NaN', '-infinity', '99999999999999999999999999999999999999999'])(
  '%s does not fit numeric(3,2)',
  (text) => {
    expect(() => parse(text, 3, 2)).toThrow('numeric field overflow');
  },
);
