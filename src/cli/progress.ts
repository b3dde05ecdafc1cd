import { print } from './output';

export interface Progress {
  /** @param line what was done */
  step(line?: string): void;
  end(): void;
}

const BAR_WIDTH = 40;

/** Shows a bar on a terminal, the lines of the steps elsewhere, and nothing with `json`. */
export function startProgress(total: number, json = false): Progress {
  if (json) return { step: () => undefined, end: () => undefined };
  if (!process.stderr.isTTY) {
    return { step: (line) => line && print(line), end: () => undefined };
  }
  let done = 0;
  const draw = () => {
    const bar = '█'.repeat((BAR_WIDTH * done) / total).padEnd(BAR_WIDTH, '░');
    process.stderr.write(`\r${bar} ${done}/${total}`);
  };
  draw();
  return {
    step() {
      done += 1;
      draw();
    },
    // Clears the line.
    end: () => void process.stderr.write('\r\u001b[K'),
  };
}
