/** A validator of the part of draft-07 that `jobSchema` prints. Answers the places that are wrong. */
type Schema = Readonly<Record<string, unknown>>;

export function violations(root: Schema, value: unknown): string[] {
  const check = (given: unknown, schema: unknown, at: string): string[] => {
    if (schema === true) return [];
    if (schema === false) return [`${at}: not allowed`];
    const node = schema as Schema;
    unknownKeywords(node);
    if (typeof node.$ref === 'string')
      return check(given, (root.definitions as Record<string, unknown>)[node.$ref.replace('#/definitions/', '')], at);
    return [
      ...checkScalar(given, node, at),
      ...checkMap(given, node, at),
      ...checkList(given, node, at),
      ...checkAlternatives(given, node, at),
    ];
  };
  const valid = (given: unknown, schema: unknown) => check(given, schema, '').length === 0;

  const checkMap = (given: unknown, node: Schema, at: string): string[] => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
    const properties = (node.properties ?? {}) as Record<string, unknown>;
    const missing = ((node.required ?? []) as string[])
      .filter((key) => !(key in given))
      .map((key) => `${at}: needs ${key}`);
    const inner = Object.entries(given).flatMap(([key, item]) =>
      check(item, properties[key] ?? node.additionalProperties ?? true, `${at}/${key}`),
    );
    return [...missing, ...inner];
  };
  const checkList = (given: unknown, node: Schema, at: string): string[] => {
    if (!Array.isArray(given)) return [];
    const tooFew = given.length < Number(node.minItems ?? 0) ? [`${at}: too few`] : [];
    return [...tooFew, ...given.flatMap((item, i) => check(item, node.items ?? true, `${at}/${i}`))];
  };
  const checkAlternatives = (given: unknown, node: Schema, at: string): string[] => {
    const found: string[] = [];
    if (Array.isArray(node.anyOf) && !node.anyOf.some((option) => valid(given, option)))
      found.push(`${at}: no alternative fits`);
    if (Array.isArray(node.oneOf) && node.oneOf.filter((option) => valid(given, option)).length !== 1)
      found.push(`${at}: not exactly one alternative`);
    if (Array.isArray(node.allOf)) found.push(...node.allOf.flatMap((part) => check(given, part, at)));
    if (node.if !== undefined) found.push(...check(given, (valid(given, node.if) ? node.then : node.else) ?? true, at));
    return found;
  };
  return check(value, root, '');
}

function checkScalar(given: unknown, node: Schema, at: string): string[] {
  const found: string[] = [];
  if (node.type !== undefined && ![node.type].flat().some((type) => isOfType(given, String(type))))
    found.push(`${at}: not ${String(node.type)}`);
  if (Array.isArray(node.enum) && !node.enum.includes(given)) found.push(`${at}: not one of ${node.enum.join(', ')}`);
  if ('const' in node && node.const !== given) found.push(`${at}: not ${String(node.const)}`);
  if (typeof given === 'string' && typeof node.pattern === 'string' && !new RegExp(node.pattern, 'u').test(given))
    found.push(`${at}: not ${node.pattern}`);
  if (typeof given === 'string' && given.length < Number(node.minLength ?? 0)) found.push(`${at}: too short`);
  if (typeof given === 'number' && given < Number(node.minimum ?? -Infinity)) found.push(`${at}: too small`);
  if (typeof given === 'number' && given > Number(node.maximum ?? Infinity)) found.push(`${at}: too large`);
  return found;
}

function isOfType(given: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(given);
  if (type === 'array') return Array.isArray(given);
  if (type === 'null') return given === null;
  if (type === 'object') return typeof given === 'object' && given !== null && !Array.isArray(given);
  return typeof given === type;
}

const known = new Set(['$schema', '$ref', 'title', 'description', 'default', 'definitions', 'type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'pattern', 'minLength', 'minItems', 'minimum', 'maximum', 'exclusiveMinimum', 'maxLength', 'maxItems', 'propertyNames', 'format', 'anyOf', 'oneOf', 'allOf', 'if', 'then', 'else']); // prettier-ignore

/** A keyword that this validator would skip must not go unnoticed. */
function unknownKeywords(node: Schema): void {
  const unknown = Object.keys(node).filter((key) => !known.has(key));
  if (unknown.length > 0) throw new Error(`the validator does not know ${unknown.join(', ')}`);
}
