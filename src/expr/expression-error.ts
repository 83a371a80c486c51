/** The named throwers of what can be wrong with an expression's text: place in the text, plain words, a suggestion. */
import { EtlError } from '../errors/etl-error.js';
import type { Span } from './syntax-tree.js';

export function syntaxError(message: string, at: Span, hint?: string): EtlError {
  return expressionError('ETL-3001', message, at, hint);
}

export function unknownColumn(message: string, at: Span, hint?: string): EtlError {
  return expressionError('ETL-3002', message, at, hint);
}

export function typeError(message: string, at: Span, hint?: string): EtlError {
  return expressionError('ETL-3003', message, at, hint);
}

export function unknownFunction(message: string, at: Span, hint?: string): EtlError {
  return expressionError('ETL-3004', message, at, hint);
}

/** What is SQL, but belongs into a step of the job: aggregates, window functions, subqueries. */
export function notAnExpression(message: string, at: Span, hint?: string): EtlError {
  return expressionError('ETL-3005', message, at, hint);
}

/** A column of an aggregate step that has many values in each group. */
export function ungroupedColumn(message: string, at: Span, hint: string): EtlError {
  return expressionError('ETL-3006', message, at, hint);
}

function expressionError(
  code: 'ETL-3001' | 'ETL-3002' | 'ETL-3003' | 'ETL-3004' | 'ETL-3005' | 'ETL-3006',
  message: string,
  at: Span,
  hint: string | undefined,
): EtlError {
  return new EtlError(code, message, {
    at: { column: at.offset + 1, length: Math.max(1, at.length) },
    ...(hint !== undefined && { hint }),
  });
}
