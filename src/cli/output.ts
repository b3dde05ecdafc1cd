import { redactSecrets } from '../graph/secrets';

import { printable, printableJson, printableLines } from './printable';
import { paint } from './style';
import { tableLines, type Cell } from './table';

const secrets = new Set<string>();

/** From now on this is not shown, whoever's error it stands in. */
export function hide(secret: unknown): void {
  if (typeof secret === 'string' && secret !== '') secrets.add(secret);
}

/** A line of a command's result. */
export function print(line = ''): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** A result for machines: the only thing on stdout. */
export function printJson(value: object): void {
  const json = JSON.stringify(value, undefined, 2);
  process.stdout.write(`${printableJson(json)}\n`);
}

/** Columns side by side. On a terminal the last is cut where the line would break. */
export function printTable(head: string[], rows: Cell[][]): void {
  const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
  // At once: a terminal takes each write by itself.
  const lines = tableLines(head, rows, columns);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Something that people should know, which is no result. */
export function printNote(text: string): void {
  process.stderr.write(`${shown(text)}\n`);
}

export function printError(text: string): void {
  const label = paint('red', 'Error:', process.stderr);
  process.stderr.write(`${label} ${shown(text)}\n`);
}

/** Secrets first: one may hold what is no letter. */
function shown(text: string): string {
  return printableLines(redactSecrets(text, secrets));
}
