/** How the block of one operator is read: its expressions with their places, and the ids it names. */
import type { z } from 'zod';
import { typeFromName } from '../../expr/type-from-name.js';
import type { SpecPath } from '../job-spec.js';
import { expressionText, problemAt, type Reading } from '../reading.js';
import type { ExprText, ReturnedSchema, StepOperator } from '../step-operator.js';
import { unknownTypeName } from '../type-names.js';
import { findNode } from '../yaml-tree.js';
import type { returnedField } from './block-fields.js';

/** A step or source that an operator names, beside what it reads anyway. */
export interface NamedInput {
  readonly id: string;
  readonly path: SpecPath;
}

export interface ReadOperator {
  readonly operator: StepOperator;
  readonly others: readonly NamedInput[];
}

/** An operator's key in a step: what may stand there, and what it means. */
export interface OperatorBlock {
  readonly field: z.ZodType;
  /** Null when something is wrong, which has been said. */
  readonly read: (at: OperatorReading, value: unknown) => ReadOperator | null;
}

export function operatorBlock<Field extends z.ZodType>(
  field: Field,
  read: (at: OperatorReading, value: z.output<Field>) => ReadOperator | null,
): OperatorBlock {
  return { field, read: (at, value) => read(at, value as z.output<Field>) };
}

export function only(operator: StepOperator): ReadOperator {
  return { operator, others: [] };
}

export class OperatorReading {
  constructor(
    readonly reading: Reading,
    /** Of the step. */
    readonly path: SpecPath,
    readonly name: string,
  ) {}

  at(...inner: SpecPath): SpecPath {
    return [...this.path, this.name, ...inner];
  }

  text(...inner: SpecPath): ExprText {
    return { text: expressionText(this.reading, this.at(...inner)), path: [this.name, ...inner] };
  }

  /** The expressions of a field that takes one or a list; none where it is not given. */
  texts(...inner: SpecPath): ExprText[] {
    const node = findNode(this.reading.tree.root, this.at(...inner));
    if (node === null) return [];
    return node.kind === 'list' ? node.items.map((_, i) => this.text(...inner, i)) : [this.text(...inner)];
  }

  optionalText(value: unknown, ...inner: SpecPath): ExprText | null {
    return value === undefined ? null : this.text(...inner);
  }

  /** The ids of a field that takes one or a list. */
  ids(value: string | readonly string[], ...inner: SpecPath): NamedInput[] {
    return typeof value === 'string'
      ? [{ id: value, path: this.at(...inner) }]
      : value.map((id, i) => ({ id, path: this.at(...inner, i) }));
  }

  broadcast(sets: Readonly<Record<string, string>> | undefined): { names: string[]; inputs: NamedInput[] } {
    const entries = Object.entries(sets ?? {});
    return {
      names: entries.map(([name]) => name),
      inputs: entries.map(([name, id]) => ({ id, path: this.at('broadcast', name) })),
    };
  }

  /** The columns that a function returns, or that `inner` declares; null when a type is wrong, which has been said. */
  schema(declared: z.output<typeof returnedField>, ...inner: readonly string[]): ReturnedSchema | null {
    const path = inner.length === 0 ? ['schema'] : inner;
    const entries = Object.entries(declared);
    if (entries.length === 0)
      problemAt(this.reading, 'ETL-2042', `"${path.join('.')}" names no column`, this.at(...path));
    const fields = entries.flatMap(([name, typeText]) => {
      const type = typeFromName(typeText);
      if (type === null) unknownTypeName(this.reading, typeText, this.at(...path, name));
      return type === null ? [] : [{ name, type }];
    });
    return fields.length === entries.length && fields.length > 0 ? fields : null;
  }
}
