/** The functions and operators of json and jsonb; casts are in cast-json.ts. */
import { asCall, asOperator, bound, define, run, type Overload, type RunFunction } from '../overload.js';
import {
  elementAt,
  jsonArrayLength,
  jsonbField,
  jsonbHasKey,
  jsonField,
  jsonTypeof,
  takeJson,
  takeText,
  valueAtPath,
} from './json-access.js';
import { jsonEditFunctions } from './json-edit.js';
import { buildArray, buildObject, toJson } from './json-build.js';

const targets = ['json', 'jsonb'] as const;

export const jsonFunctions: readonly Overload[] = [
  ...jsonEditFunctions,
  ...targets.flatMap((kind) => {
    const isJson = kind === 'json';
    const field = isJson ? jsonField : jsonbField;
    return [
      define(
        '->',
        [kind, 'text'],
        kind,
        bound(() => field(takeJson) as RunFunction),
        asOperator,
      ),
      define(
        '->>',
        [kind, 'text'],
        'text',
        bound(() => field(takeText) as RunFunction),
        asOperator,
      ),
      define(
        '->',
        [kind, 'int32'],
        kind,
        bound(() => elementAt(takeJson, isJson) as RunFunction),
        asOperator,
      ),
      define(
        '->>',
        [kind, 'int32'],
        'text',
        bound(() => elementAt(takeText, isJson) as RunFunction),
        asOperator,
      ),
      define(
        '#>',
        [kind, 'text[]'],
        kind,
        bound(() => valueAtPath(takeJson, isJson) as RunFunction),
        asOperator,
      ),
      define(
        '#>>',
        [kind, 'text[]'],
        'text',
        bound(() => valueAtPath(takeText, isJson) as RunFunction),
        asOperator,
      ),
      define(`${kind}_typeof`, [kind], 'text', run(jsonTypeof), asCall),
      define(`${kind}_array_length`, [kind], 'int32', run(jsonArrayLength), asCall),
      define(`to_${kind}`, ['any'], kind, bound(toJson(kind)), asCall),
      {
        ...define(`${kind}_build_array`, [], kind, bound(buildArray(kind), { nulls: 'passed' }), asCall),
        variadic: 'any' as const,
      },
      {
        ...define(`${kind}_build_object`, [], kind, bound(buildObject(kind), { nulls: 'passed' }), asCall),
        variadic: 'any' as const,
      },
    ];
  }),
  define(
    'jsonb_exists',
    ['jsonb', 'text'],
    'boolean',
    bound(() => jsonbHasKey() as RunFunction),
    asCall,
  ),
];
