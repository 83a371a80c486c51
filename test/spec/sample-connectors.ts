/** Connectors that exist for the messages of the loader only: their keys do not change when a real connector learns something. */
import { z } from 'zod';
import type { Connector } from '../../src/connectors/connector.js';

const never = () => Promise.reject(new Error('this connector only has a config'));

export const sampleConnectors: Readonly<Record<string, Connector>> = {
  postgres: {
    type: 'postgres',
    looksUp: 'rows',
    config: async () => ({
      connection: z.object({
        url: z.string(),
        password: z.string().optional(),
        sslmode: z.enum(['disable', 'require', 'verify-full']).optional(),
      }),
      source: z.object({
        table: z.string().min(1).optional().describe('a table or view'),
        query: z.string().min(1).optional(),
        read: z.enum(['copy', 'cursor']).default('copy'),
      }),
    }),
    source: never,
  },
  redis: {
    type: 'redis',
    looksUp: 'values',
    config: async () => ({
      connection: z.object({
        url: z
          .string()
          .refine((url) => url.startsWith('redis'), { error: ({ input }) => `${String(input)} is not a redis:// URL` }),
      }),
      sink: z.object({
        key: z.string().min(1).describe('a template such as user:{id}'),
        value: z
          .union([
            z.literal('json'),
            z.strictObject({ hash: z.array(z.string()) }),
            z.strictObject({ zset: z.strictObject({ member: z.string(), score: z.string() }) }),
          ])
          .default('json'),
        ttl: z.union([z.string(), z.number()]).optional(),
        maxInFlight: z.int().min(1).max(64).default(4),
      }),
    }),
    sink: never,
  },
  file: {
    type: 'file',
    config: async () => ({
      source: z.object({ path: z.string(), header: z.boolean().optional() }),
      sink: z.object({ path: z.string() }),
    }),
    source: never,
    sink: never,
  },
  print: { type: 'print', config: async () => ({ sink: z.object({ limit: z.int().optional() }) }), sink: never },
};
