import { setTimeout as sleep } from 'node:timers/promises';

import {
  PersonaCleanupError,
  personas,
  type PersonasOptions,
} from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';

import { CUSTOMER, PAGE, startBot } from '../../support/bot';
import { clientFor } from '../../support/clients';
import { alive, shown } from '../../support/emulatorState';
import { createPersonas, profile } from '../../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../../support/redis';
import { type Client, connect } from '../../support/redisClient';

const BASE = `bottender-persona:{${PAGE.id}}`;

describeWithRedis('a Redis in trouble', () => {
  let redis: RedisServer;
  let client: Client;
  beforeEach(async () => {
    redis = await startRedis();
    client = await connect(redis.url);
  });
  afterEach(async () => {
    client.destroy();
    await redis.close();
  });

  async function start(options: PersonasOptions = {}) {
    const onCleanupError = jest.fn();
    const store = redisStore(client);
    const plugin = personas({ store, onCleanupError, ...options });
    const bot = await startBot({ plugins: [plugin] });
    return { plugin, bot, onCleanupError };
  }

  /** Leaves a lease that expired some time ago. */
  async function leave(key: string, name: string, agoMs: number, id?: string) {
    const lease = { slot: `fly:${key}`, name, picture: 'https://x.test/p.png' };
    await Promise.all([
      client.hSet(`${BASE}:lease:${key}`, id ? { ...lease, id } : lease),
      client.zAdd(`${BASE}:due`, { score: Date.now() - agoMs, value: key }),
    ]);
  }

  test.each([
    ['of one name, which a suspect has', () => 'Human'],
    ['of names that nobody has', (number: number) => `Nobody ${number}`],
  ])(
    '1,200 intents %s hide no lease that expired later',
    async (_what, nameOf) => {
      const { plugin, bot } = await start();
      const { Adam, Human } = await createPersonas(bot.emulator, [
        'Adam',
        'Human',
      ]);
      const intents = Array.from({ length: 1200 }, (_, number) =>
        leave(`i${number}`, nameOf(number), 100_000 - number),
      );
      await Promise.all(intents);
      await leave('left', 'Adam', 1000, Adam);
      const swept = await plugin.sweep(clientFor(bot.emulator));
      expect(swept.deleted.map(({ id }) => id)).toEqual([Adam]);
      const suspects = nameOf(0) === 'Human' ? [Human] : [];
      expect(swept.suspects.map(({ id }) => id)).toEqual(suspects);
      // One intent is enough to remember a suspect by.
      expect(await client.zCard(`${BASE}:due`)).toBe(suspects.length);
    },
  );

  test.each([300, 900, 1500])(
    'that takes %i ms for each answer delays handlers by two seconds once, then by a tenth of a second',
    async (delayMs) => {
      let isSlow = false;
      const lagging = {
        async sendCommand(args: string[]) {
          if (isSlow) await sleep(delayMs);
          return client.sendCommand(args);
        },
      };
      const { bot, plugin } = await start({
        store: redisStore(lagging),
        directory: { eve: profile('Eve'), bea: profile('Bea') },
      });
      const timeOf = async (name: string) => {
        const begun = performance.now();
        await bot.run(async (context) => {
          if (name === 'Adam') {
            await context.withEphemeralPersona(profile('Adam'), () =>
              context.sendText('hi'),
            );
          } else await context.as(name).sendText('hi');
        });
        return performance.now() - begun;
      };
      const usualMs = Math.max(await timeOf('Adam'), await timeOf('Adam'));
      isSlow = true;
      const times: number[] = [];
      for (const name of ['Adam', 'Adam', 'Adam', 'eve', 'bea', 'Adam']) {
        times.push(await timeOf(name));
      }
      const lostMs = times.reduce((sum, ms) => sum + ms - usualMs, 0);
      // Two seconds, and a tenth each; the rest is for a busy machine.
      expect(lostMs).toBeLessThan(2000 + times.length * 100 + 1500);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator).slice(2)).toEqual([
        ...['Adam: hi', 'Adam: hi', 'Adam: hi'],
        ...['Eve: hi', 'Bea: hi', 'Adam: hi'],
      ]);

      isSlow = false;
      await sleep(delayMs);
      await timeOf('Adam');
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Kim'), async ({ id }) => {
          const leases = await client.keys(`${BASE}:lease:*`);
          const ids = leases.map((key) => client.hGet(key, 'id'));
          expect(await Promise.all(ids)).toContain(id);
        });
      });
      expect(bot.errors).toEqual([]);
      await plugin.close();
      expect(alive(bot.emulator).sort()).toEqual(['Bea', 'Eve']);
    },
  );

  test('that never answers delays a handler by two seconds at most, whatever it needs', async () => {
    const { bot } = await start({
      directory: { eve: profile('Eve'), bea: profile('Bea') },
      disclosure: { message: () => 'I am a bot' },
    });
    const timeOf = async (name: string) => {
      const begun = performance.now();
      await bot.run(async (context) => {
        await context.as(name).sendText('hi');
        await context.withEphemeralPersona(profile('Adam'), () =>
          context.sendText('hi'),
        );
      });
      return performance.now() - begun;
    };
    const usualMs = await timeOf('eve');
    redis.pause();
    const lostMs = (await timeOf('bea')) - usualMs;
    redis.resume();
    expect(lostMs).toBeLessThan(2000);
    expect(bot.errors).toEqual([]);
  });

  test('that never answers delays messages to many customers by two seconds once, then by a tenth of a second each', async () => {
    const never = new Promise<unknown>(() => {});
    // Of any other client nobody knows whether it is one of a cluster.
    const store = redisStore({ sendCommand: () => never });
    const { bot, plugin } = await start({
      store,
      disclosure: { message: () => 'I am a bot' },
    });
    const customers = Array.from({ length: 8 }, (_, i) => `${CUSTOMER}${i}`);
    for (const customer of customers) await bot.emulator.say(customer, 'hi');
    const timeOf = async (given: Pick<typeof plugin, 'client'>) => {
      const sender = given.client(clientFor(bot.emulator));
      const begun = performance.now();
      for (const customer of customers) await sender.sendText(customer, 'news');
      return performance.now() - begun;
    };
    const disclosure = { message: () => 'I am a bot' };
    const usualMs = await timeOf(personas({ disclosure }));
    const lostMs = (await timeOf(plugin)) - usualMs;
    // The rest is for a busy machine.
    expect(lostMs).toBeLessThan(2000 + customers.length * 100 + 1000);
    expect(shown(bot.emulator)).toEqual(
      customers.flatMap(() => [
        ...['Page: I am a bot', 'Page: news'],
        ...['Page: I am a bot', 'Page: news'],
      ]),
    );
  });

  test('that has lost its data: close() reports what it leaves to the sweep', async () => {
    const { bot, plugin, onCleanupError } = await start({
      ephemeral: { lingerMs: 60_000 },
    });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Adam'), () =>
        context.sendText('hi'),
      );
    });
    await client.flushAll();
    await plugin.close();
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(onCleanupError.mock.calls).toEqual([
      [
        expect.any(PersonaCleanupError),
        expect.objectContaining({ name: 'Adam' }),
      ],
    ]);
    expect(plugin.stats().leftToSweep).toBe(1);
    // The record that the next sweep finds it by.
    expect(await client.zCard(`${BASE}:due`)).toBe(1);
  });

  test('that has become a replica does not hold up a name with another profile', async () => {
    const { bot } = await start({ directory: { adam: profile('Adam') } });
    await bot.run(async (context) => {
      await context.withPersona('adam', () => context.sendText('hi'));
    });
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    const onCleanupError = jest.fn();
    const directory = { adam: profile('Adam the Second') };
    const store = redisStore(client);
    const plugin = personas({ store, directory, onCleanupError });
    const deployed = await startBot({
      emulator: bot.emulator,
      plugins: [plugin],
    });
    await deployed.run(async (context) => {
      await context.withPersona('adam', () => context.sendText('hi'));
    });
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam the Second: hi']);
    expect(onCleanupError.mock.calls.length).toBeLessThan(5);
  });
});
