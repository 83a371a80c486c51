/** Replies that the tests cannot have from a server of this version, alone and on one machine. */
import { expect, test } from 'vitest';
import { remedyFor } from '../../../src/connectors/redis/error-table.js';

test.each([
  ['wait', 'UNKILLABLE Sorry the script already executed write commands against the dataset.'],
  ['wait', 'TRYAGAIN Multiple keys request during rehashing of slot'],
  ['wait', "@user_script: 1: -OOM command not allowed when used memory > 'maxmemory'."],
  ['reconnect', "@user_script: 1: -READONLY You can't write against a read only replica."],
  ['fatal', 'MOVED 3999 127.0.0.1:6381'],
  ['fatal', 'ASK 3999 127.0.0.1:6381'],
  ['fatal', "CROSSSLOT Keys in request don't hash to the same slot"],
  ['fatal', 'ERR Protocol error: invalid bulk length'],
  ['row', 'ERR value is not a valid float'],
  ['row', 'ERR string exceeds maximum allowed size (proto-max-bulk-len)'],
  ['check-once', 'NEWCODE that nobody knows yet'],
])('%s: %s', (remedy, reply) => {
  expect(remedyFor(reply)).toBe(remedy);
});
