/** The flags argument of the regexp_ functions. */
import { ValueError } from '../../columnar/row-errors.js';
import { UnsupportedPattern } from './regex-syntax.js';

export interface RegexFlags {
  readonly icase: boolean;
  readonly dotStops: boolean;
  readonly multiline: boolean;
  readonly literal: boolean;
  readonly global: boolean;
}

export const plainFlags: RegexFlags = {
  icase: false,
  dotStops: false,
  multiline: false,
  literal: false,
  global: false,
};

export function parseRegexFlags(text: string): RegexFlags {
  const flags = { ...plainFlags } as { -readonly [K in keyof RegexFlags]: RegexFlags[K] };
  for (const letter of text) {
    switch (letter) {
      case 'g':
        flags.global = true;
        break;
      case 'c':
        flags.icase = false;
        break;
      case 'i':
        flags.icase = true;
        break;
      case 'm':
      case 'n':
        flags.dotStops = flags.multiline = true;
        break;
      case 'p':
        flags.dotStops = true;
        flags.multiline = false;
        break;
      case 'q':
        flags.literal = true;
        break;
      case 's':
        flags.dotStops = flags.multiline = false;
        break;
      case 't':
        break;
      case 'w':
        flags.dotStops = false;
        flags.multiline = true;
        break;
      case 'b':
      case 'e':
      case 'x':
        throw new UnsupportedPattern(`the flag "${letter}"`);
      default:
        throw new ValueError('22023', `invalid regular expression option: "${letter}"`);
    }
  }
  return flags;
}
