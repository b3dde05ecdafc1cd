import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { PAIR_NAMES } from './pairs';
import { median } from './statistics';

const PROCESSES = 3;
const PROCESS_BOUND_MS = 60_000;

const runFile = promisify(execFile);

/** What an event costs with a variant, as ratios to Bottender alone. */
export interface Overhead {
  name: string;
  /** The median of the processes. */
  ratio: number;
  /** What each process measured, the smallest first. */
  ratios: number[];
}

/**
 * Measures the same event (a webhook body in, one `sendText` out) with each
 * variant. A process measures one variant only, because several in one process
 * spoil what the compiler knows about each other's objects; a process may still
 * compile otherwise than the next, so that each variant has several.
 */
export async function measureOverhead(): Promise<Overhead[]> {
  const ratios = new Map<string, number[]>(
    PAIR_NAMES.map((name) => [name, []]),
  );
  // In turns, so that a busy minute of the machine does not fall on one variant.
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
    { timeout: PROCESS_BOUND_MS, killSignal: 'SIGKILL' },
  );
  const ratio = Number(stdout);
  if (!(ratio > 0)) throw new Error(`"${name}" printed no ratio: ${stdout}`);
  return ratio;
}
