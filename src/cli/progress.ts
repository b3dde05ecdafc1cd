import { print } from './output';

export interface Progress {
  step(line: string): void;
  end(): void;
}

const BAR_WIDTH = 40;

/** Shows a bar on a terminal, a line for each step elsewhere, and nothing with `json`. */
export function startProgress(total: number, json = false): Progress {
  if (json) return { step: () => undefined, end: () => undefined };
  if (!process.stderr.isTTY) {
    return { step: (line) => print(line), end: () => undefined };
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
