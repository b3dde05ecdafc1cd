import { readFileSync, writeFileSync } from 'node:fs';

import { format } from 'prettier';

import { MemoryStore } from '../src/store/memory';

import { startRedis } from '../bench/redisServer';
import { SimulatedClock } from './simulation/clock';
import { CountedPage } from './simulation/messenger';
import { SimulatedProcess, type Commands } from './simulation/process';
import { measureCluster, measureRedis } from './simulation/redis';

const PAGE = 'docs/scale.md';
const BLOCK = /(<!-- simulated -->)[^]*(<!-- \/simulated -->)/;

const PROCESSES = 100;
const AGENTS = 1000;
const MESSAGES_A_SECOND = 300;
const MINUTES = Number(process.argv[2] ?? 60);
const STEP_MS = 10;
const SEND_MS = 150;
/** How often a process dies, in milliseconds; another one takes its place. */
const DEATH_MS = 60_000;
const OPTIONS = { lingerMs: 30_000, leaseMs: 60_000 };

/** `npm run simulate` simulates an hour of a large fleet; `npm run simulate -- 5`, five minutes of it. */
async function main(): Promise<void> {
  const writesPage = MINUTES === 60;
  const page = readFileSync(PAGE, 'utf8');
  if (writesPage && !BLOCK.test(page)) {
    throw new Error(
      `${PAGE} has nowhere to write the table: it lacks the lines <!-- simulated --> and <!-- /simulated -->. Restore both, and run this again.`,
    );
  }
  const redis = await redisFigures();
  const clock = new SimulatedClock();
  clock.install();
  const messenger = new CountedPage();
  const store = new MemoryStore();
  const commands: Commands = { all: 0, renewals: 0 };
  const start = () => new SimulatedProcess(messenger, store, commands, OPTIONS);
  const fleet = Array.from({ length: PROCESSES }, start);
  const agents = Array.from({ length: AGENTS }, (_, index) => ({
    name: `Agent ${index}`,
    profilePictureUrl: `https://example.com/${index}.png`,
  }));
  const random = seeded(1);
  const pick = <T>(list: readonly T[]) =>
    list[Math.floor(random() * list.length)];
  const send = async () => {
    messenger.calls += 1;
    await new Promise<void>((resolve) => setTimeout(resolve, SEND_MS));
  };

  let messages = 0;
  let deaths = 0;
  let asPage = 0;
  let due = 0;
  for (let at = 0; at < MINUTES * 60_000; at += STEP_MS) {
    due += (MESSAGES_A_SECOND * STEP_MS) / 1000;
    for (; due >= 1; due -= 1) {
      const agent = pick(agents);
      if (!agent) continue;
      messages += 1;
      void pick(fleet)?.say(agent, send);
    }
    if (at % DEATH_MS === DEATH_MS - STEP_MS) {
      const dying = Math.floor(random() * fleet.length);
      asPage += fleet[dying]?.asPage ?? 0;
      fleet[dying]?.die();
      fleet[dying] = start();
      deaths += 1;
    }
    await clock.pass(STEP_MS);
  }
  const duringTheHour = { ...commands };
  const calls = messenger.calls;
  const { made, mostAlive } = messenger;
  asPage += fleet.reduce((sum, one) => sum + one.asPage, 0);
  // No more messages: lingering personas are deleted, and leases of dead processes expire.
  await clock.pass(5 * 60_000);

  const seconds = MINUTES * 60;
  const table = [
    '| figure | value |',
    '| --- | --- |',
    row('processes at a time, and deaths', `${PROCESSES}, ${deaths}`),
    row('agents, each with an ephemeral persona', AGENTS),
    row('messages', messages),
    row('Graph calls per message', (calls / messages).toFixed(4)),
    row('personas created', made),
    row('personas alive at once, at most', mostAlive),
    row('messages sent as the Page', asPage),
    row(
      'leases renewed per second',
      (duringTheHour.renewals / seconds).toFixed(1),
    ),
    row('Redis commands per second', (duringTheHour.all / seconds).toFixed(1)),
    row(
      'Redis commands per message',
      (duringTheHour.all / messages).toFixed(3),
    ),
    row(
      'personas left five minutes after the last message',
      messenger.alive.size,
    ),
    ...redisRows(redis),
  ].join('\n');
  console.log(table);
  if (!writesPage) return;
  const written = page.replace(BLOCK, `$1\n\n${table}\n\n$2`);
  writeFileSync(PAGE, await format(written, { filepath: PAGE }));
  console.log(`(written to ${PAGE})`);
}

/** Measured on a real Redis, before the clock is replaced. */
async function redisFigures() {
  const server = await startRedis();
  if (!server) return undefined;
  const figures = await measureRedis(server.url);
  await server.close();
  return { ...figures, ...(await measureCluster()) };
}

function redisRows(redis: Awaited<ReturnType<typeof redisFigures>>): string[] {
  if (!redis) return [];
  const { live, bytesPerPersona, commandsPerSweep, pages, perMaster } = redis;
  return [
    row(`Redis memory per persona, with ${live} alive, bytes`, bytesPerPersona),
    row(`commands of a sweep, with ${live} alive`, commandsPerSweep),
    row(
      `Pages on each of three masters of a cluster, of ${pages}`,
      perMaster.join(', '),
    ),
  ];
}

function row(figure: string, value: string | number): string {
  return `| ${figure} | ${value} |`;
}

/** Makes each run the same: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
