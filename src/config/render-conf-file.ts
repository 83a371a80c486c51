/** The text of `conf/etl-conf.yaml`: every setting with its meaning and default, all commented out. */
import { envName } from './env-name.js';
import { settingKeys, settingsTable } from './settings.js';

const WIDTH = 100;

const head = `# Settings of etl. Every line is commented and shows the default; uncomment a line to change it.
#
# Who wins: default < this file < environment < -D key=value < flag. The environment's name of a setting is its key in
# capitals: ${envName('taskmanager.memory.process.size')}. "etl help settings" shows values and where they come from.
# Sizes are powers of 1024 (512m, 16g), durations name their unit (500ms, 30s, 5min, 24h).
# Keys may also be nested: "taskmanager: {numberOfTaskSlots: 4}".
`;

export function renderConfFile(): string {
  const entries = settingKeys.map((key) => {
    const { doc, defaultText } = settingsTable[key];
    const value = defaultText === null ? '' : ` ${defaultText}`;
    return `${wrap(doc).join('\n')}\n#${key}:${value}\n`;
  });
  return [head, ...entries].join('\n');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
