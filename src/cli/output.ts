import { redactSecrets } from '../graph/secrets';

import { printable, printableJson, printableLines } from './printable';
import { paint } from './style';
import { tableLines, type Cell } from './table';

/** What `hide` was given. */
export const secrets = new Set<string>();

/** Removes this secret from all notes and errors. */
export function hide(secret: unknown): void {
  const isNumber = typeof secret === 'number' || typeof secret === 'bigint';
  const text = isNumber ? String(secret) : secret;
  if (typeof text === 'string' && text !== '') secrets.add(text);
}

let results = process.stdout;

/** Where the result goes: stdout, without what the bot's own code writes there. */
export function resultStream(): NodeJS.WriteStream {
  return results;
}

/** From now on, what anyone else writes to stdout goes to stderr. */
export function reserveStdout(): void {
  const { stdout, stderr } = process;
  const write = { value: stdout.write.bind(stdout) };
  results = Object.create(stdout, { write }) as typeof stdout;
  stdout.write = stderr.write.bind(stderr);
}

/** Prints a line of the result. */
export function print(line = ''): void {
  results.write(`${printable(line)}\n`);
}

/** Prints the result for machines: the only output on stdout. */
export function printJson(value: object): void {
  const json = JSON.stringify(value, undefined, 2);
  results.write(`${printableJson(json)}\n`);
}

/** On a terminal, the last column is truncated to fit. */
export function printTable(head: string[], rows: Cell[][]): void {
  const columns = results.isTTY ? results.columns : undefined;
  // One write, because a terminal handles each synchronously.
  const lines = tableLines(head, rows, columns);
  results.write(lines.map((line) => `${line}\n`).join(''));
}

export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Prints to stderr. */
export function printNote(text: string): void {
  process.stderr.write(`${shown(text)}\n`);
}

export function printError(text: string): void {
  const label = paint('red', 'Error:', process.stderr);
  process.stderr.write(`${label} ${shown(text)}\n`);
}

/** Secrets are removed first, because they may contain control characters. */
function shown(text: string): string {
  return printableLines(redactSecrets(text, secrets));
}
