import { SingleBar } from 'cli-progress';

import { print } from './output';

/** Shows how far a long command is. */
export interface Progress {
  /** One more is done. */
  step(line: string): void;
  end(): void;
}

/** A bar on a terminal, a line for each step elsewhere, and nothing for machines. */
export function startProgress(total: number, json = false): Progress {
  if (json) return { step: () => undefined, end: () => undefined };
  if (!process.stderr.isTTY) {
    return { step: (line) => print(line), end: () => undefined };
  }
  const bar = new SingleBar({
    format: '{bar} {value}/{total}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    // Signals are the command's to handle.
    gracefulExit: false,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { step: () => bar.increment(), end: () => bar.stop() };
}
