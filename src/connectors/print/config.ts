/** `{type: print}`: rows as NDJSON on standard output. */
import { z } from 'zod';
import type { ConnectorConfig } from '../connector.js';

export const printConfig = { sink: z.object({}) } satisfies ConnectorConfig;
