/**
 * JSON for a pipe that may end on a terminal: besides what JSON itself escapes, the characters that could steer a terminal or
 * turn the reading direction. It parses to the same value.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(unsafe, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

// Line feeds are JSON.stringify's own, between the parts of an indented text.
const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
