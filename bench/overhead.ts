import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { median } from './statistics';
import { VARIANTS, type Variant } from './variants';

const PROCESSES = 3;
/** A process takes some 10 s; one that hangs ends here. */
const PROCESS_MS = 120_000;

/** What an event costs with a plugin, as a ratio to Bottender alone. */
export interface Overhead {
  name: string;
  /** The median of the processes' ratios. */
  ratio: number;
  /** Every process's ratio lies between these. */
  range: [number, number];
}

/**
 * Each variant in processes of its own, next to Bottender alone: many variants
 * in one process distort each other, because the compiler sees all of them.
 */
export async function measureOverhead(): Promise<Overhead[]> {
  const ratios = new Map<Variant, number[]>();
  // In turns, so that a machine whose speed drifts treats all variants alike.
  for (let round = 0; round < PROCESSES; round += 1) {
    for (const variant of Object.keys(VARIANTS) as Variant[]) {
      const measured = ratios.get(variant) ?? [];
      ratios.set(variant, [...measured, await measureOnce(variant)]);
    }
  }
  return [...ratios].map(([name, measured]) => ({
    name: VARIANTS[name].title,
    ratio: median(measured),
    range: [Math.min(...measured), Math.max(...measured)],
  }));
}

async function measureOnce(variant: Variant): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', path.join(__dirname, 'measure.js'), variant],
    { timeout: PROCESS_MS },
  );
  const ratio = Number(stdout);
  if (!(ratio > 0)) throw new Error(`${variant} measured ${stdout}`);
  return ratio;
}
