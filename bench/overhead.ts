import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { PAIR_NAMES } from './pairs';
import { median } from './statistics';

const PROCESSES = 5;
const PROCESS_TIMEOUT_MS = 60_000;

const runFile = promisify(execFile);

/** The cost of an event with a variant, as a ratio to Bottender alone. */
export interface Overhead {
  name: string;
  /** The median of the processes. */
  ratio: number;
  /** Of each process, in ascending order. */
  ratios: number[];
}

/**
 * Measures the same event (a webhook body in, one `sendText` out) with each
 * variant. Each process measures only one, because V8's optimizations for one
 * variant would affect the others. They also differ between processes, so each
 * variant is measured in several.
 */
export async function measureOverhead(): Promise<Overhead[]> {
  const ratios = new Map<string, number[]>(
    PAIR_NAMES.map((name) => [name, []]),
  );
  // Alternating, so that a busy minute of the machine affects all variants.
  for (let turn = 0; turn < PROCESSES; turn += 1) {
    for (const [name, measured] of ratios) {
      measured.push(await measureInProcess(name));
    }
  }
  return [...ratios].map(([name, measured]) => ({
    name,
    ratio: median(measured),
    ratios: measured.sort((a, b) => a - b),
  }));
}

async function measureInProcess(name: string): Promise<number> {
  const { stdout } = await runFile(
    process.execPath,
    [path.join(__dirname, 'pair.js'), name],
    { timeout: PROCESS_TIMEOUT_MS, killSignal: 'SIGKILL' },
  );
  const ratio = Number(stdout);
  if (!(ratio > 0)) throw new Error(`"${name}" printed no ratio: ${stdout}`);
  return ratio;
}
