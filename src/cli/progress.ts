import { SingleBar } from 'cli-progress';

import { print } from './output';

export interface Progress {
  step(line: string): void;
  end(): void;
}

/** Shows a bar on a terminal, a line for each step elsewhere, and nothing with `json`. */
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
    // The command handles signals.
    gracefulExit: false,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { step: () => bar.increment(), end: () => bar.stop() };
}
