/** The peer: pg-query-stream with its rows as objects, as its documentation shows; prints the number of rows. */
import pg from 'pg';
import QueryStream from 'pg-query-stream';

const client = new pg.Client(process.argv[2]);
await client.connect();
let rows = 0;
for await (const row of client.query(new QueryStream('SELECT * FROM orders', [], { batchSize: 1000 }))) {
  if (row.id !== null) rows++;
}
await client.end();
process.stdout.write(`${rows}\n`);
