/** Memory as `--json` prints it: the sizes by the names of Flink's parts, then component, slots and notes. Stable API. */
import type { MemoryModel } from '../../config/memory-model.js';
import type { JsonObject } from '../../connectors/connector.js';

export function memoryJson(model: MemoryModel): JsonObject {
  const { memory, ...rest } = model;
  return { ...memory, ...rest } as unknown as JsonObject;
}
