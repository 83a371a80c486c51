/** The messages of a stream that lies in memory. */
import { ArrowDecoder } from '../../../src/columnar/arrow/arrow-decoder.js';
import { metadataBytes, readMessage, type Message } from '../../../src/columnar/arrow/message.js';
import type { Batch, Schema } from '../../../src/columnar/batch.js';

export function readMessages(stream: Buffer): (Message & { readonly bytes: Buffer })[] {
  const messages = [];
  for (let at = 0; at < stream.length && metadataBytes(stream.subarray(at)) > 0;) {
    const message = readMessage(stream.subarray(at));
    const end = at + message.bodyAt + message.bodyBytes;
    messages.push({ ...message, bytes: stream.subarray(at, end) });
    at = end;
  }
  return messages;
}

export function decodeStream(stream: Buffer): { schema: Schema; batches: Batch[] } {
  const [first, ...rest] = readMessages(stream);
  if (first === undefined) return { schema: { fields: [] }, batches: [] };
  const decoder = ArrowDecoder.forStream(first.bytes);
  return {
    schema: decoder.schema,
    batches: rest.map(({ bytes }) => decoder.decode(bytes)).filter((batch) => batch !== null),
  };
}
