/**
 * Writes the eight tables as CSV with a header: `DIR/lineitem/1.csv`, `2.csv` … in the order of the keys, so that the files
 * together are the same rows however many there are. Holds one buffer a file in memory, whatever the scale factor.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createCommentPool } from './random-text.mjs';
import { columns, countsOf } from './schema.mjs';
import { chooseComplaints, customerRow, nationRow, orderRows, partRow, partsuppRows, regionRow, supplierRow } from './table-rows.mjs'; // prettier-ignore
import { nations, regions } from './vocabulary.mjs';

/** One at which each query has an answer at scale factor 0.01, the rare ones (17 to 21) too, and 16 has a supplier to count once. */
export const DEFAULT_SEED = 490;
const BUFFER_LENGTH = 1 << 18;

/**
 * @param {{ directory: string, scaleFactor: number, seed?: number, parts?: number }} options `parts`: files for each table but
 * nation and region; default 4
 */
export function generateTpch({ directory, scaleFactor, seed = DEFAULT_SEED, parts = 4 }) {
  const counts = countsOf(scaleFactor);
  const world = { seed, counts, comments: createCommentPool(seed), complaints: chooseComplaints(seed, counts) };
  /** @param {import('./schema.mjs').TableName[]} tables @param {number} count @param {number} files @param {(number: number, files: CsvFile[]) => void} write */
  const fill = (tables, count, files, write) => {
    for (let file = 0; file < files; file++) {
      const open = tables.map((table) => new CsvFile(path.join(directory, table, `${file + 1}.csv`), table));
      const behind = Math.floor((count * (file + 1)) / files);
      for (let i = Math.floor((count * file) / files) + 1; i <= behind; i++) write(i, open);
      open.forEach((csv) => csv.close());
    }
  };
  fill(['region'], regions.length, 1, (number, [csv]) => csv.write(regionRow(world, number)));
  fill(['nation'], nations.length, 1, (number, [csv]) => csv.write(nationRow(world, number)));
  fill(['supplier'], counts.supplier, parts, (number, [csv]) => csv.write(supplierRow(world, number)));
  fill(['customer'], counts.customer, parts, (number, [csv]) => csv.write(customerRow(world, number)));
  fill(['part', 'partsupp'], counts.part, parts, (number, [part, partsupp]) => {
    part.write(partRow(world, number));
    for (const row of partsuppRows(world, number)) partsupp.write(row);
  });
  fill(['orders', 'lineitem'], counts.orders, parts, (number, [orders, lineitem]) => {
    const { order, lines } = orderRows(world, number);
    orders.write(order);
    for (const line of lines) lineitem.write(line);
  });
}

class CsvFile {
  /** @param {string} file @param {import('./schema.mjs').TableName} table */
  constructor(file, table) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.fd = openSync(file, 'w');
    this.text = `${Object.keys(columns[table]).join(',')}\n`;
  }

  /** @param {readonly (string | number)[]} row */
  write(row) {
    let line = '';
    for (const field of row) line += `${line === '' ? '' : ','}${typeof field === 'number' ? field : quoted(field)}`;
    this.text += `${line}\n`;
    if (this.text.length >= BUFFER_LENGTH) this.flush();
  }

  close() {
    this.flush();
    closeSync(this.fd);
  }

  /** To the last byte: a write may take fewer than it was given. */
  flush() {
    const bytes = Buffer.from(this.text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    this.text = '';
  }
}

/** No field of these tables has a quote or a line break in it. @param {string} field @returns {string} */
function quoted(field) {
  return field.includes(',') ? `"${field}"` : field;
}
