import { createHash } from 'node:crypto';

import { personas } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';

import { PAGE, startBot } from '../../support/bot';
import { clientFor } from '../../support/clients';
import { alive, calls, shown } from '../../support/emulatorState';
import { createPersonas, profile } from '../../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../../support/redis';
import { type Client, connect } from '../../support/redisClient';

const BASE = `bottender-persona:{${PAGE.id}}`;
const PEAR = profile('Dr. Pear');

/** What version 2.0 writes, so that the versions may overlap while a bot is upgraded. */
describeWithRedis('a Redis that processes of 2.0 use, too', () => {
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

  const slot = `fly:${createHash('sha256')
    .update(JSON.stringify([PEAR.name, PEAR.profilePictureUrl]))
    .digest('base64url')}`;

  async function lease(key: string, id: string, until: number, dying = {}) {
    const { name, profilePictureUrl: picture } = PEAR;
    const use = { [`use:${key}-use`]: String(until) };
    await client.hSet(`${BASE}:lease:${key}`, {
      ...{ slot, name, picture, id },
      ...use,
      ...dying,
    });
    await client.zAdd(`${BASE}:due`, { score: until, value: key });
  }

  test('has its names and ephemeral personas shared, and what they left behind swept', async () => {
    const directory = { adam: profile('Adam') };
    const plugin = personas({ directory, store: redisStore(client) });
    const bot = await startBot({ plugins: [plugin] });
    const ids = await createPersonas(bot.emulator, ['Adam', 'Dr. Pear']);
    await createPersonas(bot.emulator, ['Left']);
    const left = bot.emulator.state().personas.at(-1)?.id ?? '';
    const record = { ...directory.adam, id: ids.Adam };
    await client.hSet(`${BASE}:names`, 'adam', JSON.stringify(record));
    await lease('in-use', ids['Dr. Pear'], Date.now() + 60_000);
    await client.set(`${BASE}:slot:${slot}`, 'in-use');
    await lease('left', left, Date.now() - 1000, { dying: 'sweep' });

    await bot.run(async (context) => {
      await context.as('adam').sendText('hi');
      await context.withEphemeralPersona(PEAR, async () => {
        await context.sendText('ripe');
      });
    });
    await plugin.sweep(clientFor(bot.emulator));
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Dr. Pear: ripe']);
    const created = calls(bot.emulator).filter((call) =>
      /POST .*personas/.test(call),
    );
    expect(created).toHaveLength(3); // those of this test
    // The process of 2.0 still uses Dr. Pear.
    expect(alive(bot.emulator)).toEqual(['Adam', 'Dr. Pear']);
    await plugin.close();
  });
});
