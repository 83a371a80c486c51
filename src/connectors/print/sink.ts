/**
 * Rows to standard output, a JSON object a line.
 *
 * When the reader goes away (`| head -1`) the rows are dropped and counted as written: a closed stdout stops no run.
 */
import { ByteWriter } from '../../columnar/byte-writer.js';
import { jsonKeys, rowJsonWriter } from '../../columnar/write-row-json.js';
import { rowCount } from '../../columnar/batch.js';
import type { SinkModule } from '../connector.js';
import { createLineWriter } from './write-lines.js';

const STDOUT = 1;

export const printSink: SinkModule = {
  openSink: async (_params, input, context) => {
    const lines = createLineWriter(STDOUT);
    const keys = jsonKeys(input);
    const out = new ByteWriter(1 << 16);
    let open = true;
    return {
      beginSplit: async () => undefined,
      write: async (batch) => {
        const count = rowCount(batch);
        if (open) {
          out.clear();
          const writeRow = rowJsonWriter(batch, keys);
          for (let i = 0; i < count; i++) {
            writeRow(batch.selection === null ? i : batch.selection[i], out);
            out.byte(10);
          }
          const asked = performance.now();
          open = await lines.write(out.view());
          context.waited(performance.now() - asked);
          if (!open) context.log('warn', `sink "${context.sinkId}": standard output was closed; its rows are dropped`);
        }
        context.written(count);
      },
      endSplit: async () => null,
      abortSplit: async () => undefined,
      close: async () => undefined,
    };
  },
};
