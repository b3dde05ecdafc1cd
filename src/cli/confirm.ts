import { createInterface } from 'node:readline/promises';

import { Misuse } from './failure';
import { printable } from './printable';

export interface ConfirmOptions {
  yes?: boolean;
  json?: boolean;
}

/**
 * Before anything is done: whether somebody can be asked, or need not be.
 *
 * @throws Misuse
 */
export function checkCanConfirm(
  { yes, json }: ConfirmOptions,
  otherwise: string,
): void {
  const canAsk = process.stdin.isTTY && process.stdout.isTTY && !json;
  if (yes || canAsk) return;
  throw new Misuse(
    `${json ? 'With --json nobody is asked' : 'There is no terminal to ask on'}: ${otherwise}.`,
  );
}

/** Asks on the terminal, unless `--yes` has answered. Ctrl-C and Ctrl-D mean no. */
export async function confirm(
  question: string,
  { yes }: ConfirmOptions,
): Promise<boolean> {
  if (yes) return true;
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
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
    process.stdout.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
