/** The one list of all connectors. Adding one is a folder and a line here. */
import type { Connector } from './connector.js';

export const connectors: Readonly<Record<string, Connector>> = {
  postgres: {
    type: 'postgres',
    config: async () => (await import('./postgres/config.js')).config,
    planSource: async () => (await import('./postgres/catalog.js')).planner,
    source: async () => (await import('./postgres/source.js')).source,
  },
  redis: {
    type: 'redis',
    config: async () => (await import('./redis/config.js')).redisConfig,
    planSink: async () => (await import('./redis/plan-sink.js')).planRedisSink,
    sink: async () => (await import('./redis/sink.js')).redisSink,
  },
  print: {
    type: 'print',
    config: async () => (await import('./print/config.js')).printConfig,
    planSink: async () => (await import('./print/plan-sink.js')).planPrint,
    sink: async () => (await import('./print/sink.js')).printSink,
  },
  blackhole: {
    type: 'blackhole',
    config: async () => (await import('./blackhole/config.js')).blackholeConfig,
    planSink: async () => (await import('./blackhole/plan-sink.js')).planBlackhole,
    sink: async () => (await import('./blackhole/sink.js')).blackholeSink,
  },
};
