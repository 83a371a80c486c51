/** Comments, addresses and phone numbers, as clause 4.2.2 of the specification describes them. */
import { RowRandom } from './row-random.mjs';
import { comment as lists } from './vocabulary.mjs';

const POOL_LENGTH = 1 << 20;
const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ';

/** A text of sentences that comments are cut from: the specification's way, with a smaller pool. @param {number} seed */
export function createCommentPool(seed) {
  const random = new RowRandom(seed, 'comments', 0);
  let pool = '';
  while (pool.length < POOL_LENGTH) pool += `${sentence(random)} `;
  return (
    /** @param {RowRandom} row @param {number} shortest @param {number} longest @returns {string} */
    (row, shortest, longest) => {
      const length = row.between(shortest, longest);
      const from = row.between(0, POOL_LENGTH - length);
      return pool.slice(from, from + length);
    }
  );
}

/** The same comment with words in it, at a place by chance: `…Customer … Complaints…`. @param {RowRandom} random @param {string} comment @param {string} first @param {string} last */
export function withWords(random, comment, first, last) {
  const room = comment.length - first.length - last.length;
  const start = random.between(0, room);
  const gap = random.between(0, room - start);
  const between = start + first.length + gap;
  return `${comment.slice(0, start)}${first}${comment.slice(start + first.length, between)}${last}${comment.slice(between + last.length)}`;
}

/** @param {RowRandom} random @param {number} shortest @param {number} longest @returns {string} */
export function randomCharacters(random, shortest, longest) {
  const length = random.between(shortest, longest);
  let text = '';
  for (let i = 0; i < length; i++) text += LETTERS[random.between(0, LETTERS.length - 1)];
  return text;
}

/** Its first two digits say the nation: 10 to 34. @param {RowRandom} random @param {number} nation @returns {string} */
export function phoneOf(random, nation) {
  return `${nation + 10}-${random.between(100, 999)}-${random.between(100, 999)}-${random.between(1000, 9999)}`;
}

/** @param {RowRandom} random @returns {string} */
function sentence(random) {
  const [subject, verb, end] = [nounPhrase(random), verbPhrase(random), random.pick(lists.terminators)];
  switch (random.between(0, 4)) {
    case 0:
      return `${subject} ${verb}${end}`;
    case 1:
      return `${subject} ${verb} ${prepositionalPhrase(random)}${end}`;
    case 2:
      return `${subject} ${verb} ${nounPhrase(random)}${end}`;
    case 3:
      return `${subject} ${prepositionalPhrase(random)} ${verb} ${nounPhrase(random)}${end}`;
    default:
      return `${subject} ${prepositionalPhrase(random)} ${verb} ${prepositionalPhrase(random)}${end}`;
  }
}

/** @param {RowRandom} random @returns {string} */
function nounPhrase(random) {
  const noun = random.pick(random.next() < 0.4 ? lists.commonNouns : lists.nouns);
  switch (random.between(0, 3)) {
    case 0:
      return noun;
    case 1:
      return `${adjective(random)} ${noun}`;
    case 2:
      return `${adjective(random)}, ${adjective(random)} ${noun}`;
    default:
      return `${random.pick(lists.adverbs)} ${adjective(random)} ${noun}`;
  }
}

/** @param {RowRandom} random @returns {string} */
function adjective(random) {
  return random.pick(random.next() < 0.25 ? lists.commonAdjectives : lists.adjectives);
}

/** @param {RowRandom} random @returns {string} */
function verbPhrase(random) {
  const verb = random.pick(lists.verbs);
  switch (random.between(0, 3)) {
    case 0:
      return verb;
    case 1:
      return `${random.pick(lists.auxiliaries)} ${verb}`;
    case 2:
      return `${verb} ${random.pick(lists.adverbs)}`;
    default:
      return `${random.pick(lists.auxiliaries)} ${verb} ${random.pick(lists.adverbs)}`;
  }
}

/** @param {RowRandom} random @returns {string} */
function prepositionalPhrase(random) {
  return `${random.pick(lists.prepositions)} the ${nounPhrase(random)}`;
}
