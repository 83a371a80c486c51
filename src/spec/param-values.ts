/**
 * Parameters: declared type, and the value of `--param`, else the default, as PostgreSQL's text of that type.
 *
 * A value is only ever a typed literal: it is parsed by its type here and never spliced into SQL or an expression.
 */
import { createBuilder } from '../columnar/column-builder.js';
import type { DataType } from '../columnar/data-type.js';
import { typeName } from '../columnar/data-type.js';
import { ByteWriter } from '../columnar/byte-writer.js';
import { textParser } from '../columnar/parse-text.js';
import { ValueError } from '../columnar/row-errors.js';
import { textWriter } from '../columnar/write-text.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { typeFromName } from '../expr/type-from-name.js';
import { checkFields, openBlock } from './check-fields.js';
import { unknownTypeName } from './type-names.js';
import { paramFields } from './job-fields.js';
import type { ParamSpec, SpecPath } from './job-spec.js';
import { checkId, problemAt, type Reading } from './reading.js';
import { quoted } from './source-text.js';
import { findNode, placeOf, placeOfKey } from './yaml-tree.js';

export type GivenParams = Readonly<Record<string, string>>;

export function checkParams(reading: Reading, given: GivenParams): Record<string, ParamSpec> {
  const params: Record<string, ParamSpec> = {};
  const declared = findNode(reading.tree.root, ['params']);
  const names = declared?.kind === 'map' ? [...declared.entries.keys()] : [];
  for (const name of names) {
    const param = checkParam(reading, name, given);
    if (param !== null) params[name] = param;
  }
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint =
      didYouMeanHint(name, names) ??
      (names.length === 0 ? 'the job declares no parameters' : `declared: ${names.join(', ')}`);
    reading.problems.add(
      'ETL-2071',
      `the job has no parameter ${quoted(name)}`,
      { file: reading.tree.source.file, what: `--param ${name}` },
      hint,
    );
  }
  return params;
}

function checkParam(reading: Reading, name: string, given: GivenParams): ParamSpec | null {
  const path: SpecPath = ['params', name];
  checkId(reading, name, 'a parameter', path, true);
  const block = openBlock(reading.tree, path, `parameter ${quoted(name)}`, reading.problems);
  const fields = block === null ? null : checkFields(block, paramFields, reading.problems);
  if (block === null || fields === null) return null;
  const type = typeFromName(fields.type);
  if (type === null) {
    unknownTypeName(reading, fields.type, [...path, 'type']);
    return null;
  }
  if (Object.hasOwn(given, name)) return givenValue(reading, name, type, given[name]);
  const defaultNode = findNode(block.node, ['default']);
  if (defaultNode === null) {
    const place = { ...placeOfKey(reading.tree, path), what: `--param ${name}` };
    reading.problems.add(
      'ETL-2070',
      `the parameter ${quoted(name)} needs a value`,
      place,
      `add --param ${name}=… (${typeName(type)})`,
    );
    return null;
  }
  if (defaultNode.kind !== 'scalar' || (defaultNode.value === null && defaultNode.plain)) return { type, value: null };
  const parsed = canonicalText(type, defaultNode.text);
  if (parsed.ok) return { type, value: parsed.text };
  problemAt(reading, 'ETL-2073', `the default of the parameter ${quoted(name)}: ${parsed.reason}`, [
    ...path,
    'default',
  ]);
  return null;
}

function givenValue(reading: Reading, name: string, type: DataType, text: string): ParamSpec | null {
  const parsed = canonicalText(type, text);
  if (parsed.ok) return { type, value: parsed.text };
  const place = { ...placeOf(reading.tree, ['params', name, 'type']), what: `--param ${name}` };
  reading.problems.add('ETL-2072', `--param ${name}: ${parsed.reason}`, place);
  return null;
}

/** The text as PostgreSQL would print the value: ` 07 ` is the integer `7`. */
function canonicalText(type: DataType, text: string): { ok: true; text: string } | { ok: false; reason: string } {
  const builder = createBuilder(type, 1);
  const bytes = new TextEncoder().encode(text);
  try {
    textParser(type)(bytes, 0, bytes.length, builder);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { ok: false, reason: error.message };
  }
  const out = new ByteWriter();
  textWriter(builder.finish())(0, out);
  return { ok: true, text: new TextDecoder().decode(out.bytes.subarray(0, out.length)) };
}
