/**
 * The memory of a component as a tree, in the order of Flink's start-up log, then what each slot process gets.
 *
 *     Total Process Memory                 16 GiB   17,179,869,184 bytes
 *       Total Flink Memory              14.75 GiB   15,837,691,904 bytes
 */
import type { MemoryModel } from '../../config/memory-model.js';
import { formatBytes, formatCount } from '../../config/units.js';
import { padEnd, padStart, truncate, wrapText } from '../../text/text-width.js';

const NAME_COLUMNS = 34;
const SIZE_COLUMNS = 12;
const EXACT_COLUMNS = 22;

type Row = readonly [depth: number, name: string, bytes: number];

export function renderMemoryReport(model: MemoryModel, width: number): string {
  const lines = [...table(rowsOf(model), width), ...slotLines(model, width)];
  for (const note of model.notes) lines.push(...wrapText(`note: ${note}`, Math.max(20, width)));
  return `${lines.join('\n')}\n`;
}

function rowsOf(model: MemoryModel): Row[] {
  if (model.component === 'jobmanager') {
    const { memory } = model;
    return [
      [0, 'Total Process Memory', memory.totalProcess],
      [1, 'Total Flink Memory', memory.totalFlink],
      [2, 'JVM Heap', memory.jvmHeap],
      [2, 'Off-heap', memory.offHeap],
      [1, 'JVM Metaspace', memory.jvmMetaspace],
      [1, 'JVM Overhead', memory.jvmOverhead],
    ];
  }
  const { memory } = model;
  return [
    [0, 'Total Process Memory', memory.totalProcess],
    [1, 'Total Flink Memory', memory.totalFlink],
    [2, 'Total JVM Heap Memory', memory.jvmHeap],
    [3, 'Framework', memory.frameworkHeap],
    [3, 'Task', memory.taskHeap],
    [2, 'Total Off-heap Memory', memory.managed + memory.jvmDirect],
    [3, 'Managed', memory.managed],
    [3, 'Total JVM Direct Memory', memory.jvmDirect],
    [4, 'Framework', memory.frameworkOffHeap],
    [4, 'Task', memory.taskOffHeap],
    [4, 'Network', memory.network],
    [1, 'JVM Metaspace', memory.jvmMetaspace],
    [1, 'JVM Overhead', memory.jvmOverhead],
  ];
}

function slotLines(model: MemoryModel, width: number): string[] {
  if (model.component === 'jobmanager') return [];
  const [slot] = model.slots;
  const head =
    model.slots.length === 1
      ? '1 slot, a process of its own, gets'
      : `each of ${model.slots.length} slots, a process of its own, gets`;
  return [
    '',
    head,
    ...table(
      [
        [1, `Heap (flag: ${slot.heapFlagMb} MiB)`, slot.frameworkHeap + slot.taskHeap],
        [1, 'Managed', slot.managed],
        [1, 'Network', slot.network],
        ...(slot.taskOffHeap > 0 ? [[1, 'Task Off-heap', slot.taskOffHeap] as const] : []),
        [1, 'Node runtime', slot.runtime],
        [1, 'Total', slot.total],
      ],
      width,
    ),
  ];
}

/** Where there is no room for exact bytes the human sizes stand alone; `--json` has the bytes. */
function table(rows: readonly Row[], width: number): string[] {
  const names = rows.map(([depth, name]) => '  '.repeat(depth) + name);
  const sizes = rows.map(([, , bytes]) => formatBytes(bytes));
  const exact = rows.map(([, , bytes]) => `${formatCount(bytes)} bytes`);
  const isNarrow = width < NAME_COLUMNS + SIZE_COLUMNS + 2 + EXACT_COLUMNS;
  const nameColumns = isNarrow ? Math.max(12, Math.min(NAME_COLUMNS, width - SIZE_COLUMNS)) : NAME_COLUMNS;
  return rows.map((_, index) => {
    const line = padEnd(truncate(names[index], nameColumns), nameColumns) + padStart(sizes[index], SIZE_COLUMNS);
    return isNarrow ? line : `${line}  ${padStart(exact[index], EXACT_COLUMNS)}`;
  });
}
