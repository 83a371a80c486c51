import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../src/cli/render/json-text.js';
import { printable } from '../../src/text/printable.js';
import { textWidth, truncate, wrapText } from '../../src/text/text-width.js';

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

test('no text, whatever it is, can steer a terminal', () => {
  fc.assert(
    fc.property(anyText, (text) => !steering.test(printable(text))),
    { numRuns: 300 },
  );
  expect(printable('plain – ünï 名前 🚀')).toBe('plain – ünï 名前 🚀');
  expect(printable('\x1b[31m\r\n\u202e\ud800')).toBe('\\u{1b}[31m\\r\\n\\u{202e}\\u{d800}');
});

test('escaped JSON parses to the same value and cannot steer a terminal either', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const json = jsonText({ text });
      expect(JSON.parse(json)).toEqual({ text });
      expect(json).not.toMatch(steering);
    }),
    { numRuns: 300 },
  );
  expect(jsonText({ a: [1] }, 2)).toBe('{\n  "a": [\n    1\n  ]\n}');
});

test('lines never exceed the width they are given, and wrapping loses no word', () => {
  const words = fc.array(
    fc.string({ unit: fc.constantFrom('a', 'é', '名', '🚀', 'e\u0301'), minLength: 1, maxLength: 30 }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(words, fc.integer({ min: 2, max: 60 }), (parts, width) => {
      const text = parts.join(' ');
      const lines = wrapText(text, width);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      expect(textWidth(truncate(text, width))).toBeLessThanOrEqual(width);
    }),
    { numRuns: 300 },
  );
});
