import { createInterface } from 'node:readline/promises';

import { UsageError } from './commandErrors';
import { print, resultStream } from './output';
import { printable } from './printable';

export interface ConfirmOptions {
  yes?: boolean;
  json?: boolean;
}

/**
 * Checks before any work that the question can be asked, or that `--yes` answers it.
 *
 * @throws UsageError
 */
export function checkCanConfirm(
  { yes, json }: ConfirmOptions,
  alternative: string,
): void {
  const canAsk = process.stdin.isTTY && process.stdout.isTTY && !json;
  if (yes || canAsk) return;
  throw new UsageError(
    `${
      json
        ? '--json cannot ask for confirmation'
        : 'There is no terminal to ask for confirmation'
    }: ${alternative}.`,
  );
}

/** Asks on the terminal, unless `--yes` was given. Ctrl-C and Ctrl-D mean no. */
export async function confirm(
  question: string,
  { yes }: ConfirmOptions,
): Promise<boolean> {
  if (yes) return true;
  const terminal = createInterface({
    input: process.stdin,
    output: resultStream(),
  });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    const answer = await terminal.question(
      `${printable(question)} [y/N] `,
      closed,
    );
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    print();
    return false;
  } finally {
    terminal.close();
  }
}
