import { expect, test } from 'vitest';
import { sliceBatch } from '../../../src/columnar/take.js';
import { blackholeSink } from '../../../src/connectors/blackhole/sink.js';
import { batchOf } from '../../columnar/cells.js';
import { attempt, sinkContext } from '../file/contexts.js';

test('a blackhole counts the rows that arrive', async () => {
  const batch = batchOf({ id: { kind: 'int32' } }, ['1'], ['2'], ['3']);
  const told = sinkContext('/');
  const sink = await blackholeSink.openSink({}, batch.schema, told.context, []);
  await sink.beginSplit(attempt(0));
  await sink.write(batch);
  await sink.write(sliceBatch(batch, 1, 3));
  expect(await sink.endSplit()).toBeNull();
  await sink.close();
  expect(told.written).toBe(5);
});
