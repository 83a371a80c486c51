/** The one list of all connectors. Adding one is a folder and a line here. */
import type { Connector } from './connector.js';

export const connectors: Readonly<Record<string, Connector>> = {
  postgres: {
    type: 'postgres',
    config: async () => (await import('./postgres/config.js')).config,
    planSource: async () => (await import('./postgres/catalog.js')).planner,
    source: async () => (await import('./postgres/source.js')).source,
    looksUp: 'rows',
    planLookup: async () => (await import('./postgres/plan-lookup.js')).planPostgresLookup,
    lookup: async () => (await import('./postgres/lookup.js')).postgresLookup,
  },
  redis: {
    type: 'redis',
    config: async () => (await import('./redis/config.js')).redisConfig,
    planSink: async () => (await import('./redis/plan-sink.js')).planRedisSink,
    sink: async () => (await import('./redis/sink.js')).redisSink,
    looksUp: 'values',
    planLookup: async () => (await import('./redis/plan-lookup.js')).planRedisLookup,
    lookup: async () => (await import('./redis/lookup.js')).redisLookup,
  },
  sqlite: {
    type: 'sqlite',
    config: async () => (await import('./sqlite/config.js')).sqliteConfig,
    planSource: async () => (await import('./sqlite/catalog.js')).sqlitePlanner,
    planSink: async () => (await import('./sqlite/plan-sink.js')).planSqliteSink,
    source: async () => (await import('./sqlite/source.js')).sqliteSource,
    sink: async () => (await import('./sqlite/sink.js')).sqliteSink,
    looksUp: 'rows',
    planLookup: async () => (await import('./sqlite/plan-lookup.js')).planSqliteLookup,
    lookup: async () => (await import('./sqlite/lookup.js')).sqliteLookup,
  },
  file: {
    type: 'file',
    config: async () => (await import('./file/config.js')).fileConfig,
    planSource: async () => (await import('./file/catalog.js')).planFiles,
    planSink: async () => (await import('./file/plan-sink.js')).planFileSink,
    source: async () => (await import('./file/source.js')).fileSource,
    sink: async () => (await import('./file/sink.js')).fileSink,
  },
  datagen: {
    type: 'datagen',
    config: async () => (await import('./datagen/config.js')).datagenConfig,
    planSource: async () => (await import('./datagen/catalog.js')).datagenPlanner,
    source: async () => (await import('./datagen/source.js')).datagenSource,
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
