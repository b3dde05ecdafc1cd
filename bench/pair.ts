import { pairNamed } from './pairs';
import type { HandleEvent } from './variants';

// Short turns, so that other load affects both alike. CPU time is measured in
// microseconds, and an event takes hundreds of them.
const MOST_EVENTS_PER_TURN = 20;
const WARM_UP_MS = 2000;
const MEASURE_MS = 12_000;

/**
 * Runs in its own process: measures the cost of events with one variant and with
 * Bottender alone, alternating, and prints the ratio of the sums. A sum includes
 * all garbage collection, which is much of the cost and in few of the turns.
 */
async function main(name: string): Promise<void> {
  const pair = pairNamed(name);
  const alone = pair.alone();
  const variant = pair.variant();
  await ratioDuring(WARM_UP_MS, variant, alone);
  console.log(await ratioDuring(MEASURE_MS, variant, alone));
}

async function ratioDuring(
  milliseconds: number,
  variant: HandleEvent,
  alone: HandleEvent,
): Promise<number> {
  let variantTime = 0;
  let aloneTime = 0;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // At random, else garbage collection gets in step with the turns, and one
    // side pays for both: a plugin that does nothing was at 1.16 then.
    const events = 1 + Math.floor(Math.random() * MOST_EVENTS_PER_TURN);
    const isAloneFirst = Math.random() < 0.5;
    if (isAloneFirst) aloneTime += await cpuTimeOf(alone, events);
    variantTime += await cpuTimeOf(variant, events);
    if (!isAloneFirst) aloneTime += await cpuTimeOf(alone, events);
  }
  return variantTime / aloneTime;
}

/** In microseconds, including garbage collection and compilation. */
async function cpuTimeOf(
  handleEvent: HandleEvent,
  events: number,
): Promise<number> {
  const start = process.cpuUsage();
  for (let n = 0; n < events; n += 1) await handleEvent(n);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
