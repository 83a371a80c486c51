/** `{type: blackhole}`: takes rows and drops them, to try or to measure everything before the sink. */
import { z } from 'zod';
import type { ConnectorConfig } from '../connector.js';

export const blackholeConfig = { sink: z.object({}) } satisfies ConnectorConfig;
