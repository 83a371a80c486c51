import { expect, test } from 'vitest';
import { KeyTemplateError, parseKeyTemplate } from '../../src/expr/key-template.js';

const shown = (template: string): string =>
  parseKeyTemplate(template)
    .map((part) => (part.kind === 'expr' ? `<${part.expr}>` : part.text))
    .join('|');

test('constants and expressions', () => {
  expect(shown('user:{id}')).toBe('user:|<id>');
  expect(shown('{a}:{ lower(b) }')).toBe('<a>|:|<lower(b)>');
  expect(shown('{a}{b}')).toBe('<a>|<b>');
  expect(shown('plain')).toBe('plain');
});

test('doubled braces are braces', () => {
  expect(shown('{{{id}}}:x')).toBe('{|<id>|}:x');
  expect(shown('{{tag}}')).toBe('{tag}');
});

test('braces in quotes belong to the expression', () => {
  expect(shown(`e:{info #>> '{a,b}'}:{"we}ird"}`)).toBe(`e:|<info #>> '{a,b}'>|:|<"we}ird">`);
  expect(shown(`{replace(x, '''}', 'y')}`)).toBe(`<replace(x, '''}', 'y')>`);
});

test('braces that do not match are told', () => {
  for (const bad of ['a{b', "{x'}", '{}', '{ }', 'a}b']) expect(() => parseKeyTemplate(bad)).toThrow(KeyTemplateError);
});
