import util, { stripVTControlCharacters } from 'node:util';

import Table from 'cli-table3';

import { withoutKnown } from '../messenger/secrets';

type Style = Parameters<typeof util.styleText>[0];

const secrets = new Set<string>();

/** From now on this is not shown, whoever's error it stands in. */
export function hide(secret: unknown): void {
  if (typeof secret === 'string' && secret !== '') secrets.add(secret);
}

/** A line of a command's result. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A result for machines: the only thing on stdout. */
export function printJson(value: object): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Something that people should know, which is no result. */
export function printNote(text: string): void {
  process.stderr.write(`${withoutKnown(text, secrets)}\n`);
}

export function printError(text: string): void {
  const label = styled(process.stderr, 'red', 'Error:');
  process.stderr.write(`${label} ${withoutKnown(text, secrets)}\n`);
}

/** In colour on a terminal that has colours; plain with NO_COLOR. */
export function paint(style: Style, text: string): string {
  return styled(process.stdout, style, text);
}

/** Without what would move the cursor or turn the text around: names come from elsewhere. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Columns side by side. On a terminal the last is cut where the line would break. */
export function printTable(head: string[], rows: string[][]): void {
  const last = head.length - 1;
  const room = roomForLast([head, ...rows], last);
  const table = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    head: head.map((cell) => paint('bold', cell)),
    colWidths:
      room === undefined ? [] : [...Array<null>(last).fill(null), room],
  });
  table.push(...rows);
  for (const line of table.toString().split('\n')) print(line.trimEnd());
}

const NO_LINES = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid'],
    ...['bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid'],
    ...['right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

function roomForLast(rows: string[][], last: number): number | undefined {
  if (!process.stdout.isTTY) return undefined;
  let taken = 0;
  for (let column = 0; column < last; column += 1) {
    const widths = rows.map(
      (row) => [...stripVTControlCharacters(row[column] ?? '')].length,
    );
    // Of thousands of rows, too many for the arguments of Math.max.
    taken += widths.reduce((a, b) => Math.max(a, b), 0) + 2;
  }
  return Math.max(12, process.stdout.columns - taken);
}

function styled(stream: NodeJS.WriteStream, style: Style, text: string) {
  // Node has it since 20.12; before, there is no colour.
  const canStyle = 'styleText' in util && stream.isTTY && stream.hasColors();
  return canStyle ? util.styleText(style, text) : text;
}
