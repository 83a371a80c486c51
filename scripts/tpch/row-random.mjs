/**
 * Random numbers of one row: they depend on the seed, the table and the row's number only. So a row is the same in whatever
 * order and in however many files the rows are made, and nothing needs to be kept between rows.
 *
 *     const random = new RowRandom(seed, 'orders', 17);
 *     random.between(1, 7)     1 and 7 included
 */
export class RowRandom {
  /** @param {number} seed @param {string} table @param {number} row */
  constructor(seed, table, row) {
    let state = mix(seed | 0);
    for (let i = 0; i < table.length; i++) state = mix(state ^ table.charCodeAt(i));
    state = mix(state ^ (row | 0));
    this.state = mix(state ^ Math.floor(row / 4_294_967_296));
  }

  /** mulberry32. @returns {number} in [0, 1) */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer, both ends included. @param {number} low @param {number} high @returns {number} */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** @param {readonly string[]} words @returns {string} */
  pick(words) {
    return words[Math.floor(this.next() * words.length)];
  }

  /** Different ones. @param {readonly string[]} words @param {number} count @returns {string[]} */
  pickSeveral(words, count) {
    /** @type {string[]} */
    const picked = [];
    while (picked.length < count) {
      const word = this.pick(words);
      if (!picked.includes(word)) picked.push(word);
    }
    return picked;
  }
}

/** Every bit of the result depends on every bit of the value (murmur3's last step). @param {number} value @returns {number} */
function mix(value) {
  let mixed = value + 0x9e3779b9;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
