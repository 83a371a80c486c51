/** Columns of a reject file. `row` is the rejected row as a JSON object, or the raw text that could not be read. */
import type { Schema } from '../columnar/batch.js';

const text = { kind: 'text' } as const;

export const rejectSchema: Schema = {
  fields: [
    { name: 'split', type: { kind: 'int64' }, nullable: false },
    { name: 'stage', type: text, nullable: false },
    { name: 'code', type: text, nullable: false },
    { name: 'sql_state', type: text, nullable: false },
    { name: 'reason', type: text, nullable: false },
    { name: 'row', type: { kind: 'json' }, nullable: false },
  ],
};
