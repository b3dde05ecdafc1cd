import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { startBot, type RunningBot } from '../../support/bot';
import { compiledPackage } from '../../support/compiled';
import { profile } from '../../support/personas';
import { FleetProcess } from './fleetProcess';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';
import { connect } from '../../support/redisClient';
import { shown } from '../../support/emulatorState';

const DAY_MS = 24 * 60 * 60 * 1000;
const PSIDS = ['2001', '2002'] as const;
const DIRECTORY = {
  max: { ...profile('Max'), kind: 'bot' },
  adam: { ...profile('Adam'), kind: 'human' },
} as const;

/** Messages that processes send at once, and what happens meanwhile. */
interface Round {
  /** Who speaks to each customer: `undefined` is nobody. */
  readonly speakers: readonly ('max' | 'adam' | undefined)[];
  /** Which processes send. */
  readonly senders: readonly number[];
  readonly trouble: 'none' | 'kill' | 'away' | 'lapse';
  readonly afterMs: number;
}

const speaker = fc.constantFrom('max', 'adam', 'max', undefined);
const rounds = fc.array(
  fc.record<Round>({
    speakers: fc.tuple(speaker, speaker),
    senders: fc.uniqueArray(fc.nat(2), { minLength: 2, maxLength: 3 }),
    trouble: fc.constantFrom('none', 'none', 'kill', 'away', 'lapse'),
    afterMs: fc.nat(60),
  }),
  { minLength: 3, maxLength: 6 },
);

describeWithRedis('processes that speak to the same customers', () => {
  let redis: RedisServer;
  let bot: RunningBot;
  const fleet: (FleetProcess | undefined)[] = [];
  let packagePath: string;
  beforeAll(async () => {
    packagePath = compiledPackage();
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const process of fleet) await process?.kill();
    await redis.close();
  });

  async function processAt(position: number): Promise<FleetProcess> {
    const running = fleet[position];
    if (running?.isAlive) return running;
    const started = await FleetProcess.start({
      packagePath,
      origin: bot.emulator.origin,
      redisUrl: redis.url,
      directory: DIRECTORY,
      disclosure: { lapseMs: DAY_MS },
    });
    fleet[position] = started;
    return started;
  }

  /** Has all that is recorded be of two days ago. */
  async function moveClock(): Promise<void> {
    const client = await connect(redis.url);
    for (const key of await client.keys('*{conversation:*}')) {
      await client.hIncrBy(key, 'at', -2 * DAY_MS);
    }
    await client.close();
  }

  async function play(round: Round, psids: readonly string[]): Promise<void> {
    const { speakers, senders, trouble, afterMs } = round;
    if (trouble === 'lapse') await moveClock();
    const processes = await Promise.all(senders.map(processAt));
    const sending = psids.flatMap((psid, at) => {
      const name = speakers[at];
      return name === undefined
        ? []
        : processes.map((process) => process.handle(psid, `name ${name}`));
    });
    if (trouble === 'away') redis.pause();
    await sleep(afterMs);
    if (trouble === 'kill') await processes[0]?.kill();
    if (trouble === 'away') {
      await Promise.all(sending);
      redis.resume();
      // Who spoke meanwhile is recorded then.
      await sleep(2500);
    }
    await Promise.all(sending);
  }

  test('a customer reads before a bot’s message that it is one, once where nothing fails', async () => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (script) => {
        bot = await startBot();
        turn += 1;
        const psids = PSIDS.map((psid) => `${psid}${turn}`);
        for (const psid of psids) await bot.emulator.say(psid, 'hi');
        const seen = psids.map(() => 0);
        const last: ('max' | 'adam' | undefined)[] = psids.map(() => undefined);
        /** Whether a process may not know what was disclosed. */
        let isTroubled = false;
        for (const round of script) {
          await play(round, psids);
          if (round.trouble === 'kill' || round.trouble === 'away') {
            isTroubled = true;
          }
          for (const [at, psid] of psids.entries()) {
            const all = shown(bot.emulator, psid);
            const said = all.slice(seen[at]);
            seen[at] = all.length;
            const name = round.speakers[at];
            if (said.length === 0 || name === undefined) continue;
            const disclosures = said.filter((text) => text.includes('['));
            const isDue =
              name === 'max' &&
              (last[at] !== 'max' || round.trouble === 'lapse');
            if (isDue) expect(said[0]).toMatch(/^Max: \[\w+\]$/);
            if (!isDue && name === 'adam') expect(disclosures).toEqual([]);
            if (!isTroubled) expect(disclosures).toHaveLength(isDue ? 1 : 0);
            last[at] = name;
          }
        }
        for (const process of fleet.splice(0)) await process?.kill();
        await bot.close();
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 500_000);
});
