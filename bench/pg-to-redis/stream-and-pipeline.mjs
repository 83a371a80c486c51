/** What a Node developer writes: rows from a query stream, pipelines of 2,000 SETs. Usage: node … <postgres url> <redis url> */
import { Redis } from 'ioredis';
import pg from 'pg';
import QueryStream from 'pg-query-stream';

const [postgresUrl, redisUrl] = process.argv.slice(2);
const client = new pg.Client({ connectionString: postgresUrl });
await client.connect();
const redis = new Redis(redisUrl);

let pipeline = redis.pipeline();
let rows = 0;
/** @param {ReturnType<Redis['pipeline']>} commands */
async function send(commands) {
  for (const [error] of (await commands.exec()) ?? []) if (error !== null) throw error;
}
// As text, so that the values are those of the other contenders.
for await (const { id, info } of client.query(
  new QueryStream('SELECT id, info::text AS info FROM events', [], { batchSize: 2000 }),
)) {
  pipeline.set(`event:${id}`, info, 'EX', 86400);
  if (++rows % 2000 === 0) {
    await send(pipeline);
    pipeline = redis.pipeline();
  }
}
await send(pipeline);
await client.end();
redis.disconnect();
process.stdout.write(`${rows}\n`);
