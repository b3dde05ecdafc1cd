import { setTimeout as sleep } from 'node:timers/promises';

import { CUSTOMER, startBot, type RunningBot } from '../../support/bot';
import { alive, calls, shown } from '../../support/emulatorState';
import { profile } from '../../support/personas';
import {
  describeWithRedis,
  startRedis,
  type RedisServer,
} from '../../support/redis';
import { connect, type Client } from '../../support/redisClient';
import { FleetProcess, type FleetJob } from './fleetProcess';

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const THREE = [1, 2, 3];

describeWithRedis('a fleet on Redis', () => {
  let redis: RedisServer;
  let bot: RunningBot;
  let fleet: FleetProcess[] = [];
  beforeEach(async () => {
    redis = await startRedis();
    bot = await startBot();
    // Customers write before a Page may.
    await bot.emulator.say(CUSTOMER, 'hi');
  });
  afterEach(async () => {
    await Promise.all(fleet.map((process) => process.kill()));
    fleet = [];
    await redis.close();
  });

  async function start(
    job: Partial<FleetJob> = {},
    count = 1,
  ): Promise<FleetProcess[]> {
    const started = await Promise.all(
      Array.from({ length: count }, () =>
        FleetProcess.start({
          origin: bot.emulator.origin,
          redisUrl: redis.url,
          directory: DIRECTORY,
          ...job,
        }),
      ),
    );
    fleet.push(...started);
    return started;
  }

  const one = async (job?: Partial<FleetJob>) => {
    const [process] = await start(job);
    if (!process) throw new Error('no process');
    return process;
  };

  const creations = () =>
    calls(bot.emulator).filter((call) => call === 'POST /me/personas').length;
  const deletions = () =>
    calls(bot.emulator).filter((call) => call.startsWith('DELETE ')).length;
  const slow = (method: string, delayMs: number, times?: number) =>
    bot.emulator.fail({
      method,
      path: '/me/personas',
      delayMs,
      ...(times !== undefined && { times }),
    });

  async function until(
    check: () => boolean,
    withinMs = 100_000,
  ): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!check()) {
      if (Date.now() > deadline) throw new Error('it did not come to pass');
      await sleep(20);
    }
  }

  test('three processes create two personas for two names, and four for four agents, however many handlers need them at once', async () => {
    const processes = await start({ ephemeral: { lingerMs: 2000 } }, 3);
    const mend = slow('POST', 300);
    const named = await Promise.all(
      processes.flatMap((process) => [
        process.handle(CUSTOMER, 'name adam'),
        process.handle(CUSTOMER, 'name eve'),
      ]),
    );
    mend();
    expect(named.filter(({ error }) => error)).toEqual([]);
    expect(alive(bot.emulator).sort()).toEqual(['Adam', 'Eve']);
    expect(creations()).toBe(2);
    expect(shown(bot.emulator).sort()).toEqual([
      ...THREE.map(() => 'Adam: name adam'),
      ...THREE.map(() => 'Eve: name eve'),
    ]);

    slow('POST', 100);
    const agents = ['Ann', 'Bob', 'Cid', 'Dot'];
    let messages = named.length;
    for (let round = 0; round < 3; round += 1) {
      const handled = await Promise.all(
        processes.flatMap((process) =>
          agents.map((agent) => process.handle(CUSTOMER, `fly ${agent}`)),
        ),
      );
      expect(handled.filter(({ error }) => error)).toEqual([]);
      messages += handled.length;
    }
    expect(creations()).toBe(6);
    expect(alive(bot.emulator).sort()).toEqual(
      ['Adam', ...agents, 'Eve'].sort(),
    );
    expect(shown(bot.emulator).filter((said) => /^Page/.test(said))).toEqual(
      [],
    );
    await until(() => alive(bot.emulator).length === 2);
    expect(deletions()).toBe(4);
    expect(shown(bot.emulator)).toHaveLength(messages);
  });

  test('a persona is not deleted while another process uses it', async () => {
    const [first, second] = await start({ ephemeral: { lingerMs: 2000 } }, 2);
    await first?.handle(CUSTOMER, 'fly Ann');
    await second?.handle(CUSTOMER, 'fly Ann');
    await first?.close();
    expect(alive(bot.emulator)).toEqual(['Ann']);
    expect(creations()).toBe(1);
    await until(() => alive(bot.emulator).length === 0);
    expect(deletions()).toBe(1);
  });

  test('close() releases personas, and deletes those that no living process uses', async () => {
    const [first, second] = await start({ ephemeral: { lingerMs: 60_000 } }, 2);
    await first?.handle(CUSTOMER, 'fly Ann');
    await second?.handle(CUSTOMER, 'fly Ann');
    await first?.handle(CUSTOMER, 'fly Bob');
    await first?.close();
    expect(alive(bot.emulator)).toEqual(['Ann']);
    await second?.close();
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('the uses of a killed process expire, and another process deletes the personas that only that one used', async () => {
    const ephemeral = { lingerMs: 60_000, leaseMs: 1000 };
    const [killed, other] = await start({ ephemeral }, 2);
    await killed?.handle(CUSTOMER, 'fly Ann');
    await killed?.handle(CUSTOMER, 'fly Bob');
    await other?.handle(CUSTOMER, 'fly Bob');
    await killed?.kill();
    await until(() => alive(bot.emulator).join() === 'Bob');
    await other?.close();
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('if a process is killed while it creates a named and an ephemeral persona, another one creates them within seconds, and no third one does', async () => {
    const texts = ['name adam', 'fly Ann'];
    const [killed, other] = await start({}, 2);
    const mend = slow('POST', 5000, 2);
    for (const text of texts) void killed?.handle(CUSTOMER, text);
    const client: Client = await connect(redis.url);
    while ((await client.keys('*:slot:*')).length < 2) await sleep(10);
    client.destroy();
    await killed?.kill();
    mend();
    // A handler waits some seconds for a persona; later the Page would speak.
    const handled = await Promise.all(
      texts.flatMap((text) => other?.handle(CUSTOMER, text) ?? []),
    );
    expect(handled.filter(({ error }) => error)).toEqual([]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: name adam',
      'Ann: fly Ann',
    ]);
  });

  test('a process that was suspended beyond its claim deletes its surplus persona', async () => {
    const [stopped, other] = await start({}, 2);
    slow('POST', 800, 1);
    const late = stopped?.handle(CUSTOMER, 'name adam');
    await until(() => creations() === 1);
    stopped?.signal('SIGSTOP');
    // The emulator creates it nevertheless, but its ID reaches no one for now.
    await until(() => alive(bot.emulator).length === 1);
    bot.emulator.fail({
      method: 'GET',
      path: '/me/personas',
      delayMs: 0,
      times: 1,
    });
    const handled = await other?.handle(CUSTOMER, 'name adam');
    expect(handled?.error).toBeUndefined();
    stopped?.signal('SIGCONT');
    await late;
    await until(() => alive(bot.emulator).length === 1);
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(shown(bot.emulator)).toEqual(['Adam: name adam', 'Adam: name adam']);
    expect(creations()).toBe(1);
  });

  describe('with Redis in trouble', () => {
    const quickly = 10_000;

    test('that is down at the start: handlers continue, and it is reported', async () => {
      await redis.kill();
      const process = await one();
      const first = await process.handle(CUSTOMER, 'name adam');
      expect(first.error).toBeUndefined();
      expect(first.ms).toBeLessThan(quickly);
      const next = await process.handle(CUSTOMER, 'fly Ann');
      expect(next.ms).toBeLessThan(2000);
      expect(shown(bot.emulator)).toEqual(['Adam: name adam', 'Ann: fly Ann']);
      expect(process.told).toContainEqual(
        expect.stringContaining('PersonaStoreError'),
      );
      expect(alive(bot.emulator)).toEqual(['Adam']);
      await process.close();
    });

    test('that hangs: handlers wait once, and leftovers are deleted when it is back', async () => {
      const process = await one({ ephemeral: { leaseMs: 1000 } });
      await process.handle(CUSTOMER, 'name adam');
      redis.pause();
      const first = await process.handle(CUSTOMER, 'fly Ann');
      expect(first.ms).toBeLessThan(quickly);
      const next = await process.handle(CUSTOMER, 'fly Bob');
      expect(next.ms).toBeLessThan(2000);
      redis.resume();
      await process.handle(CUSTOMER, 'fly Cid');
      await until(() => alive(bot.emulator).join() === 'Adam');
      expect(shown(bot.emulator)).toEqual([
        'Adam: name adam',
        'Ann: fly Ann',
        'Bob: fly Bob',
        'Cid: fly Cid',
      ]);
    });

    test('that is restarted empty: all personas are deleted in the end, and none while it is used', async () => {
      const ephemeral = { lingerMs: 1000, leaseMs: 1000 };
      const [first, second] = await start({ ephemeral }, 2);
      await first?.handle(CUSTOMER, 'fly Ann');
      await second?.handle(CUSTOMER, 'fly Ann');
      await redis.restart();
      await first?.handle(CUSTOMER, 'fly Ann');
      await second?.handle(CUSTOMER, 'fly Ann');
      await second?.handle(CUSTOMER, 'name adam');
      await until(() => alive(bot.emulator).join() === 'Adam');
      expect(shown(bot.emulator).filter((said) => /^Page/.test(said))).toEqual(
        [],
      );
      expect(creations()).toBeLessThanOrEqual(3);
    });

    test.each([
      ['out of memory', ['CONFIG', 'SET', 'maxmemory', '1']],
      ['a replica', ['REPLICAOF', '127.0.0.1', '1']],
    ])('that is %s: handlers continue at once', async (_what, command) => {
      const client = await connect(redis.url);
      await client.sendCommand(command);
      client.destroy();
      const process = await one();
      for (const text of ['name adam', 'fly Ann', 'fly Ann']) {
        const handled = await process.handle(CUSTOMER, text);
        expect(handled.error).toBeUndefined();
        expect(handled.ms).toBeLessThan(2000);
      }
      expect(shown(bot.emulator)).toEqual([
        'Adam: name adam',
        'Ann: fly Ann',
        'Ann: fly Ann',
      ]);
      expect(alive(bot.emulator)).toEqual(['Adam']);
      expect(process.told.length).toBeGreaterThan(0);
    });
  });
});
