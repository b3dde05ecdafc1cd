import { pairNamed } from './pairs';
import { median } from './statistics';
import type { HandleEvent } from './variants';

// Short turns, so that other load affects both alike. They still take
// milliseconds, and CPU time is measured in microseconds.
const EVENTS_PER_TURN = 25;
const WARM_UP_MS = 2000;
const MEASURE_MS = 8000;

/**
 * Runs in its own process: measures the cost of an event with one variant and
 * with Bottender alone, alternating, and prints the ratio. It is the median of the
 * rounds, because a mean would depend on the few with other load.
 */
async function main(name: string): Promise<void> {
  const pair = pairNamed(name);
  const alone = pair.alone();
  const variant = pair.variant();
  await ratiosDuring(WARM_UP_MS, variant, alone);
  console.log(median(await ratiosDuring(MEASURE_MS, variant, alone)));
}

async function ratiosDuring(
  milliseconds: number,
  variant: HandleEvent,
  alone: HandleEvent,
): Promise<number[]> {
  const ratios: number[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    ratios.push(await measureRound(variant, alone));
  }
  return ratios;
}

/** Neither side always goes first, because the second pays for the garbage of the first. */
async function measureRound(
  variant: HandleEvent,
  alone: HandleEvent,
): Promise<number> {
  const before = await cpuTimeOf(alone);
  const with1 = await cpuTimeOf(variant);
  const with2 = await cpuTimeOf(variant);
  const after = await cpuTimeOf(alone);
  return (with1 + with2) / (before + after);
}

/** In microseconds, including garbage collection and compilation. */
async function cpuTimeOf(handleEvent: HandleEvent): Promise<number> {
  const start = process.cpuUsage();
  for (let n = 0; n < EVENTS_PER_TURN; n += 1) await handleEvent(n);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
