import { pairNamed } from './pairs';
import { median } from './statistics';
import type { HandleEvent } from './variants';

// Few events a turn, so that whatever else the machine does slows both alike;
// still milliseconds, and the process's CPU time is counted in microseconds.
const EVENTS_A_TURN = 25;
const WARM_UP_MS = 2000;
const MEASURE_MS = 8000;

/**
 * Runs as a process of its own: measures what an event costs with one variant
 * and with Bottender alone, in turns, and prints the ratio. It is the median of
 * the rounds' ratios, as their sums follow the few rounds in which another
 * process took the machine.
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
    ratios.push(await playRound(variant, alone));
  }
  return ratios;
}

/** Each goes first as often as the other, lest it inherit more of the garbage. */
async function playRound(
  variant: HandleEvent,
  alone: HandleEvent,
): Promise<number> {
  const before = await cpuTimeOf(alone);
  const with1 = await cpuTimeOf(variant);
  const with2 = await cpuTimeOf(variant);
  const after = await cpuTimeOf(alone);
  return (with1 + with2) / (before + after);
}

/** Microseconds that the process was on a CPU, garbage collection and compiler included. */
async function cpuTimeOf(handleEvent: HandleEvent): Promise<number> {
  const start = process.cpuUsage();
  for (let n = 0; n < EVENTS_A_TURN; n += 1) await handleEvent(n);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
