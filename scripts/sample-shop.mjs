/**
 * The sample shop: customers, products and orders in a SQLite file, the same ones on every machine.
 *
 * Money is whole cents, moments are ISO text in UTC, as SQLite programs keep them.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { loadSqlite } from './sqlite-driver.mjs';

const CUSTOMERS = 2_000;
const PRODUCTS = 300;
const ORDERS = 100_000;

/** Makes the file unless it is there, complete. @param {string} file */
export async function makeSampleShop(file) {
  if (existsSync(file)) return;
  const Database = await loadSqlite();
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.tmp-${process.pid}`;
  const database = new Database(unfinished);
  try {
    database.pragma('journal_mode = off');
    database.pragma('synchronous = off');
    fillShop(database);
    database.close();
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** @param {import('better-sqlite3').Database} database */
function fillShop(database) {
  database.exec(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, email TEXT, signed_up DATE NOT NULL);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, price_cents INTEGER NOT NULL);
    CREATE TABLE orders (
      id INTEGER PRIMARY KEY,
      customer_id INTEGER NOT NULL REFERENCES customers,
      product_id INTEGER NOT NULL REFERENCES products,
      quantity INTEGER NOT NULL,
      amount_cents INTEGER NOT NULL,
      status TEXT NOT NULL,
      country TEXT NOT NULL,
      ordered_at TIMESTAMP NOT NULL,
      note TEXT
    )`);
  const random = seededRandom(2026);
  const pick = (/** @type {string[]} */ words) => words[Math.floor(random() * words.length)];
  /** @type {string[]} */
  const countryOf = [];
  /** @type {number[]} */
  const priceOf = [];
  database.transaction(() => {
    const customer = database.prepare('INSERT INTO customers VALUES (?, ?, ?, ?, ?)');
    for (let id = 1; id <= CUSTOMERS; id++) {
      const name = `${pick(firstNames)} ${pick(lastNames)}`;
      countryOf[id] = pick(countries);
      customer.run(
        id,
        name,
        countryOf[id],
        random() < 0.1 ? null : `customer${id}@example.org`,
        day(Math.floor(random() * 1_800)),
      );
    }
    const product = database.prepare('INSERT INTO products VALUES (?, ?, ?, ?)');
    for (let id = 1; id <= PRODUCTS; id++) {
      priceOf[id] = 99 + Math.floor(random() ** 3 * 50_000);
      product.run(id, `${pick(materials)} ${pick(things)}`, pick(categories), priceOf[id]);
    }
    const order = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (let id = 1; id <= ORDERS; id++) {
      const customerId = 1 + Math.floor(random() * CUSTOMERS);
      const productId = 1 + Math.floor(random() ** 2 * PRODUCTS);
      const quantity = 1 + Math.floor(random() ** 2 * 5);
      const moment = new Date(Date.UTC(2026, 0, 1) + id * 300_000).toISOString().slice(0, 19).replace('T', ' ');
      const note = random() < 0.05 ? 'gift – please wrap' : null;
      order.run(
        id,
        customerId,
        productId,
        quantity,
        quantity * priceOf[productId],
        pick(statuses),
        countryOf[customerId],
        moment,
        note,
      );
    }
  })();
}

/** @param {number} days @returns {string} */
function day(days) {
  return new Date(Date.UTC(2021, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
}

/** mulberry32: small, good enough, the same everywhere. @param {number} seed @returns {() => number} */
function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const firstNames = [
  'Ada',
  'Bela',
  'Chen',
  'Dilnoza',
  'Edsger',
  'Fatou',
  'Grace',
  'Håkon',
  'Inés',
  'Jürgen',
  'Katsuko',
  'Leila',
];
const lastNames = [
  'Abebe',
  'Brandt',
  'Castro',
  'Dubois',
  'Eriksen',
  'Fontana',
  'García',
  'Hoffmann',
  'Ito',
  'Jansen',
  'Kowalski',
  'Łukasz',
];
const countries = ['AT', 'BR', 'CH', 'DE', 'ES', 'FR', 'IT', 'JP', 'PL', 'SE', 'US'];
const materials = ['Oak', 'Steel', 'Linen', 'Paper', 'Glass', 'Wool', 'Cork', 'Clay'];
const things = ['lamp', 'chair', 'notebook', 'mug', 'blanket', 'shelf', 'clock', 'vase'];
const categories = ['home', 'office', 'garden', 'kitchen'];
const statuses = ['paid', 'paid', 'paid', 'shipped', 'shipped', 'shipped', 'shipped', 'open', 'cancelled'];
