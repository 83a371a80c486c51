/** `etl help functions`: every operator and function of the expression language, and what stands in for those it refuses. */
import type { FunctionEntry } from '../index.js';
import { wrapText } from '../text/text-width.js';

export function functionsHelp(entries: readonly FunctionEntry[], width: number): string {
  const section = (title: string, form: FunctionEntry['form']): string => {
    const lines = entries.filter((entry) => entry.form === form).flatMap((entry) => entry.signatures);
    return `${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
  };
  const refused = entries
    .flatMap((entry) => entry.refused)
    .flatMap(({ signature, advice }) => [
      `  ${signature}`,
      ...wrapText(advice, width - 6).map((line) => `      ${line}`),
    ]);
  return [
    'Expressions are SQL with the meaning of PostgreSQL.\n',
    section('Operators', 'operator'),
    section('Functions', 'function'),
    section('Casts, also written value::type', 'cast'),
    `Refused when a job is planned\n${refused.join('\n')}\n`,
  ].join('\n');
}
