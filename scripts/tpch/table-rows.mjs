/**
 * The rows of each table as fields of text, by clause 4.2.3 of the specification. A row is made from its number (from 1) alone.
 *
 * Money is whole cents, dates are days since 1992-01-01, until they are written.
 */
import { phoneOf, randomCharacters, withWords } from './random-text.mjs';
import { RowRandom } from './row-random.mjs';
import { colours, containerSyllables, instructions, nations, priorities, regions, segments, shipModes, typeSyllables } from './vocabulary.mjs'; // prettier-ignore

/** @typedef {(random: RowRandom, shortest: number, longest: number) => string} Comments */
/** @typedef {{ seed: number, counts: import('./schema.mjs').Counts, comments: Comments, complaints: ReadonlyMap<number, string> }} World */
/** @typedef {readonly (string | number)[]} Row */

const FIRST_DAY = Date.UTC(1992, 0, 1);
const DAY_MS = 86_400_000;
/** 1995-06-17: what was received by then has been accepted or returned, what was shipped later is open. */
const TODAY = (Date.UTC(1995, 5, 17) - FIRST_DAY) / DAY_MS;
/** The last line of the last order is received on 1998-12-31 at the latest. */
const LAST_ORDER_DAY = (Date.UTC(1998, 11, 31) - FIRST_DAY) / DAY_MS - 151;

/** Suppliers that customers complain about or recommend: five of each in ten thousand. @param {number} seed @param {import('./schema.mjs').Counts} counts @returns {Map<number, string>} */
export function chooseComplaints(seed, counts) {
  const random = new RowRandom(seed, 'complaints', 0);
  const each = Math.max(1, Math.round(5 * counts.scaleFactor));
  const chosen = new Map();
  while (chosen.size < 2 * each)
    chosen.set(random.between(1, counts.supplier), chosen.size < each ? 'Complaints' : 'Recommends');
  return chosen;
}

/** @param {World} world @param {number} number @returns {Row} */
export function regionRow(world, number) {
  const random = new RowRandom(world.seed, 'region', number);
  return [number - 1, regions[number - 1], world.comments(random, 31, 115)];
}

/** @param {World} world @param {number} number @returns {Row} */
export function nationRow(world, number) {
  const random = new RowRandom(world.seed, 'nation', number);
  const [name, region] = nations[number - 1];
  return [number - 1, name, region, world.comments(random, 31, 114)];
}

/** @param {World} world @param {number} number @returns {Row} */
export function supplierRow(world, number) {
  const random = new RowRandom(world.seed, 'supplier', number);
  const nation = random.between(0, nations.length - 1);
  const said = world.complaints.get(number);
  const comment = world.comments(random, 25, 100);
  return [
    number,
    `Supplier#${padded(number)}`,
    randomCharacters(random, 10, 40),
    nation,
    phoneOf(random, nation),
    money(random.between(-99_999, 999_999)),
    said === undefined ? comment : withWords(random, comment, 'Customer', said),
  ];
}

/** @param {World} world @param {number} number @returns {Row} */
export function partRow(world, number) {
  const random = new RowRandom(world.seed, 'part', number);
  const maker = random.between(1, 5);
  return [
    number,
    random.pickSeveral(colours, 5).join(' '),
    `Manufacturer#${maker}`,
    `Brand#${maker}${random.between(1, 5)}`,
    typeSyllables.map((list) => random.pick(list)).join(' '),
    random.between(1, 50),
    containerSyllables.map((list) => random.pick(list)).join(' '),
    money(retailPrice(number)),
    world.comments(random, 5, 22),
  ];
}

/** @param {World} world @param {number} part @returns {Row[]} */
export function partsuppRows(world, part) {
  const random = new RowRandom(world.seed, 'partsupp', part);
  return [0, 1, 2, 3].map((place) => [
    part,
    supplierOf(world, part, place),
    random.between(1, 9999),
    money(random.between(100, 100_000)),
    world.comments(random, 49, 198),
  ]);
}

/** @param {World} world @param {number} number @returns {Row} */
export function customerRow(world, number) {
  const random = new RowRandom(world.seed, 'customer', number);
  const nation = random.between(0, nations.length - 1);
  return [
    number,
    `Customer#${padded(number)}`,
    randomCharacters(random, 10, 40),
    nation,
    phoneOf(random, nation),
    money(random.between(-99_999, 999_999)),
    random.pick(segments),
    world.comments(random, 29, 116),
  ];
}

/** An order with its lines: its price and status are made of theirs. @param {World} world @param {number} number @returns {{ order: Row, lines: Row[] }} */
export function orderRows(world, number) {
  const random = new RowRandom(world.seed, 'orders', number);
  const key = orderKey(number);
  const day = random.between(0, LAST_ORDER_DAY);
  const lineCount = random.between(1, 7);
  let total = 0;
  let shipped = 0;
  /** @type {Row[]} */
  const lines = [];
  for (let line = 1; line <= lineCount; line++) {
    const part = random.between(1, world.counts.part);
    const quantity = random.between(1, 50);
    const price = quantity * retailPrice(part);
    const [discount, tax] = [random.between(0, 10), random.between(0, 8)];
    const shipDay = day + random.between(1, 121);
    const commitDay = day + random.between(30, 90);
    const receiptDay = shipDay + random.between(1, 30);
    const wasShipped = shipDay <= TODAY;
    total += price * (100 + tax) * (100 - discount);
    if (wasShipped) shipped++;
    lines.push([
      key,
      part,
      supplierOf(world, part, random.between(0, 3)),
      line,
      money(quantity * 100),
      money(price),
      money(discount),
      money(tax),
      receiptDay <= TODAY ? random.pick(['R', 'A']) : 'N',
      wasShipped ? 'F' : 'O',
      date(shipDay),
      date(commitDay),
      date(receiptDay),
      random.pick(instructions),
      random.pick(shipModes),
      world.comments(random, 10, 43),
    ]);
  }
  const order = [
    key,
    buyer(random, world.counts.customer),
    shipped === lineCount ? 'F' : shipped === 0 ? 'O' : 'P',
    money(Math.round(total / 10_000)),
    date(day),
    random.pick(priorities),
    `Clerk#${padded(random.between(1, world.counts.clerk))}`,
    0,
    world.comments(random, 19, 78),
  ];
  return { order, lines };
}

/** Of 32 keys the first eight are used. @param {number} number @returns {number} */
function orderKey(number) {
  return Math.floor((number - 1) / 8) * 32 + ((number - 1) % 8) + 1;
}

/** A customer whose number three divides has never ordered. @param {RowRandom} random @param {number} customers @returns {number} */
function buyer(random, customers) {
  const ordering = customers - Math.floor(customers / 3);
  const place = random.between(0, ordering - 1);
  return Math.floor(place / 2) * 3 + (place % 2) + 1;
}

/** Which suppliers have a part: four, a quarter of all suppliers apart. @param {World} world @param {number} part @param {number} place 0 to 3 @returns {number} */
function supplierOf({ counts }, part, place) {
  const step = Math.floor(counts.supplier / 4) + Math.floor((part - 1) / counts.supplier);
  return ((part + place * step) % counts.supplier) + 1;
}

/** Cents. @param {number} part @returns {number} */
function retailPrice(part) {
  return 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);
}

/** @param {number} cents @returns {string} */
function money(cents) {
  const [sign, size] = cents < 0 ? ['-', -cents] : ['', cents];
  const rest = size % 100;
  return `${sign}${Math.floor(size / 100)}.${rest < 10 ? '0' : ''}${rest}`;
}

/** @param {number} day @returns {string} */
function date(day) {
  return (dates[day] ??= new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10));
}

/** Texts of days, by day: there are 2,557 of them in millions of rows. @type {string[]} */
const dates = [];

/** @param {number} number @returns {string} */
function padded(number) {
  return String(number).padStart(9, '0');
}
