/**
 * The template of a key: `user:{id}:{lower(country)}`.
 *
 * `{expr}` holds any expression; braces inside its quotes are part of it; `{{` and `}}` stand for a brace.
 */
/** `start`: where the expression begins in the template. */
export type KeyPart<Expr = string> =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'expr'; readonly expr: Expr; readonly start: number };

export class KeyTemplateError extends Error {}

/** Throws `KeyTemplateError`, a sentence, for a template that does not close its braces. */
export function parseKeyTemplate(template: string): KeyPart[] {
  const parts: KeyPart[] = [];
  let constant = '';
  let at = 0;
  while (at < template.length) {
    const char = template[at];
    if ((char === '{' || char === '}') && template[at + 1] === char) {
      constant += char;
      at += 2;
    } else if (char === '{') {
      if (constant !== '') parts.push({ kind: 'constant', text: constant });
      constant = '';
      const end = endOfExpression(template, at + 1);
      const inside = template.slice(at + 1, end);
      const expr = inside.trim();
      if (expr === '') throw new KeyTemplateError('{} holds no expression; a brace itself is written {{');
      parts.push({ kind: 'expr', expr, start: at + 1 + inside.length - inside.trimStart().length });
      at = end + 1;
    } else if (char === '}') {
      throw new KeyTemplateError(`the } at position ${at + 1} closes nothing; a brace itself is written }}`);
    } else {
      constant += char;
      at++;
    }
  }
  if (constant !== '') parts.push({ kind: 'constant', text: constant });
  return parts;
}

function endOfExpression(template: string, start: number): number {
  let quote: string | null = null;
  for (let at = start; at < template.length; at++) {
    const char = template[at];
    if (quote !== null) {
      // A doubled quote closes and opens again, which comes to the same.
      if (char === quote) quote = null;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '}') return at;
  }
  throw new KeyTemplateError(`the { at position ${start} is not closed`);
}
