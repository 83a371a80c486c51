/** `{type: print, format: table}`: rows on standard output. */
import { z } from 'zod';
import type { ConnectorConfig } from '../connector.js';

export const printConfig = {
  sink: z.object({
    format: z
      .enum(['table', 'ndjson', 'csv'])
      .optional()
      .describe(
        'table: the first rows, aligned, when the run has ended; default on a terminal. ndjson: default elsewhere.',
      ),
    rows: z.int().min(1).max(10_000).optional().describe('Most rows that a table shows; default: 100'),
  }),
} satisfies ConnectorConfig;
