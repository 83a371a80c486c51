/**
 * Where text for a person goes: a stream with its width and what it can show.
 *
 * Renderers ask this, never the stream or the environment. Colour only repeats what a word or a sign already says.
 */
export interface Terminal {
  readonly write: (text: string) => void;
  /** Redrawn lines are possible. */
  readonly isInteractive: boolean;
  readonly hasColor: boolean;
  readonly isAscii: boolean;
  /** Read anew for every drawing: windows change their size. */
  readonly columns: number;
  readonly rows: number;
}

export type Paint = (style: Style, text: string) => string;
export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';

const PLAIN_COLUMNS = 120;

export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, isAscii: boolean): Terminal {
  const isInteractive = stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  return {
    write: (text) => void stream.write(isAscii ? toAscii(text) : text),
    isInteractive,
    hasColor: hasColor(stream, env),
    isAscii,
    get columns() {
      return stream.columns || Number(env.COLUMNS) || PLAIN_COLUMNS;
    },
    get rows() {
      return stream.rows || 24;
    },
  };
}

/** Our signs as ASCII, one character each, so that no layout changes. */
export function toAscii(text: string): string {
  return text.replace(/[✓✗▶◀█░·→…×─├└│]/g, (sign) => asciiSigns[sign]);
}

export function painter(terminal: Pick<Terminal, 'hasColor'>): Paint {
  return terminal.hasColor ? (style, text) => `\x1b[${codes[style]}m${text}\x1b[0m` : (_, text) => text;
}

function hasColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

const codes: Readonly<Record<Style, string>> = {
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
  bold: '1',
  dim: '2',
};

const asciiSigns: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '▶': '>',
  '◀': '<',
  '█': '#',
  '░': '.',
  '·': '-',
  '→': '>',
  '…': '~',
  '×': 'x',
  '─': '-',
  '├': '|',
  '└': '`',
  '│': '|',
};
