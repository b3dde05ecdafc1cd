import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import KeyvRedis, { createKeyv } from '@keyv/redis';
import {
  personas,
  PersonaStoreError,
  type OnCleanupError,
} from 'bottender-persona';
import { Keyv } from 'keyv';

import { PAGE, type RunningBot, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { alive, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { createPersonas, profile } from '../support/personas';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
} from '../support/redis';
import { leaveLease, recordsIn } from '../support/stores';
import { sweepElsewhere, Worker, type Job } from './workers';

const LEASE_MS = 1000;
/** A lease that was written just now has run out after it, on any clock of this machine. */
const OVER_MS = LEASE_MS + 100;
const KILLS = Number(process.env.KILLS ?? 5);
const NAMESPACE = 'bottender-persona';

describeWithRedis('with Redis', () => {
  let redis: RedisServer;
  let bot: RunningBot;
  const keyvs: Keyv[] = [];

  beforeEach(async () => {
    redis = await startRedis();
    bot = await startBot();
  });
  afterEach(async () => {
    await Promise.all(keyvs.splice(0).map((keyv) => keyv.disconnect()));
    await redis.close();
  });

  function opened(keyv: Keyv): Keyv {
    keyvs.push(keyv);
    return keyv;
  }

  const keyv = () => opened(createKeyv(redis.url, { namespace: NAMESPACE }));

  describe('as a store', () => {
    const FORMS: [string, (namespace: string) => Keyv][] = [
      [
        'new Keyv({ store: new KeyvRedis(url), namespace })',
        (namespace) => new Keyv({ store: new KeyvRedis(redis.url), namespace }),
      ],
      [
        'createKeyv(url, { namespace })',
        (namespace) => createKeyv(redis.url, { namespace }),
      ],
    ];
    const NAMESPACES = [NAMESPACE, 'shop:personas'];

    test.each(
      FORMS.flatMap(([form, make]) =>
        NAMESPACES.map((namespace) => [form, namespace, make] as const),
      ),
    )('%s with "%s" is swept', async (_form, namespace, make) => {
      const store = opened(make(namespace));
      const { Adam, Human } = await createPersonas(bot.emulator, [
        'Adam',
        'Human',
      ]);
      await leaveLease(store, { id: Adam, name: 'Adam' });
      await leaveLease(store, { id: null, name: 'Human' });
      await otherKeys();
      const swept = await personas({ store }).sweep(clientFor(bot.emulator));
      expect(swept.deleted.map(({ id }) => id)).toEqual([Adam]);
      expect(swept.suspects.map(({ id }) => id)).toEqual([Human]);
      expect(await recordsIn(store)).toHaveLength(1);
    });

    test('without a namespace, values and leases of others are left alone', async () => {
      const store = opened(createKeyv(redis.url));
      const { Adam, Human } = await createPersonas(bot.emulator, [
        'Adam',
        'Human',
      ]);
      await leaveLease(store, { id: Adam, name: 'Adam' });
      const lease = { pageId: PAGE.id, id: Human, ...profile('Human') };
      const key = '5f0c4b1e-0000-4000-8000-000000000001';
      const record = { ...lease, expiresAt: 1 };
      // Of a process that is not listed, such as another program's.
      await store.set(`process:${key}`, {
        leases: [{ key, slot: 'fly:x', claimedUntil: 0, record }],
        names: [],
      });
      await otherKeys();
      const plugin = personas({ store });
      const swept = await plugin.sweep(clientFor(bot.emulator));
      expect(swept.deleted.map(({ id }) => id)).toEqual([Adam]);
      expect(alive(bot.emulator)).toEqual(['Human']);
    });

    /** What another program keeps in the same database. */
    async function otherKeys(change: 'add' | 'delete' = 'add') {
      const other = new KeyvRedis(redis.url);
      if (change === 'add') await other.set('counter', 'not JSON');
      else await other.delete('counter');
      await other.disconnect();
    }
  });

  describe('that stops while the bot runs', () => {
    const onCleanupError = jest.fn<void, Parameters<OnCleanupError>>();
    let reader: Keyv;

    async function speakWhile(outage: {
      begin: () => void | Promise<void>;
      end: () => void | Promise<void>;
    }) {
      onCleanupError.mockReset();
      const plugin = personas({
        store: keyv(),
        ephemeral: { leaseMs: LEASE_MS },
        onCleanupError,
      });
      const speaking = await startBot({
        emulator: bot.emulator,
        plugins: [plugin],
      });
      const isHeld = gate();
      const goOn = gate();
      const held = speaking.run(
        async (context) => {
          await context.withEphemeralPersona(profile('Adam'), async () => {
            await context.sendText('before');
            isHeld.open();
            await goOn.opened;
            await context.sendText('after');
          });
        },
        { psid: '2001' },
      );
      // Where the test fails, nobody asks for it.
      held.catch(() => undefined);
      await isHeld.opened;
      await outage.begin();

      for (const text of ['first', 'second']) {
        const begun = Date.now();
        await speaking.run(async (context) => {
          await context.withEphemeralPersona(profile('Bea'), () =>
            context.sendText(text),
          );
        });
        expect(Date.now() - begun).toBeLessThan(5000);
      }
      expect(speaking.errors).toEqual([]);
      expect(shown(bot.emulator, '1001')).toEqual([
        'Bea: first',
        'Bea: second',
      ]);
      await eventually(() => onCleanupError.mock.calls.length > 0);
      for (const [error] of onCleanupError.mock.calls) {
        expect(error).toBeInstanceOf(PersonaStoreError);
      }

      await outage.end();
      const back = Date.now();
      reader = opened(createKeyv(redis.url, { namespace: NAMESPACE }));
      const isRenewed = async () => {
        const records = await recordsIn(reader).catch(() => []);
        return records.some(
          ({ name, id, expiresAt }) =>
            name === 'Adam' && id !== null && expiresAt >= back + LEASE_MS,
        );
      };
      await eventually(isRenewed);
      goOn.open();
      await held;
      await speaking.run(async (context) => {
        await context.withEphemeralPersona(profile('Cid'), () =>
          context.sendText('third'),
        );
      });
      await plugin.close();
      expect(speaking.errors).toEqual([]);
      expect(shown(bot.emulator, '2001')).toEqual([
        'Adam: before',
        'Adam: after',
      ]);
      expect(alive(bot.emulator)).toEqual([]);
    }

    test('handlers answer while it is stalled, and leases are written again after', async () => {
      await speakWhile({
        begin: () => redis.pause(),
        end: () => redis.resume(),
      });
    });

    test('handlers answer while it is gone, and leases are written again when it is back', async () => {
      await speakWhile({
        begin: () => redis.kill(),
        end: () => redis.restart(),
      });
      // All that it held is gone: what is there now was written since. A write that
      // was given up may have arrived after all; the next sweep ends what it left.
      const next = personas({ store: keyv() });
      await eventually(async () => {
        await next.sweep(clientFor(bot.emulator));
        return (await recordsIn(reader)).length === 0;
      });
    });
  });

  describe('and processes', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bottender-persona-got-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const workers = new Set<Worker>();
    afterEach(async () => {
      await Promise.all([...workers].map((worker) => worker.kill()));
      workers.clear();
    });

    function job(more: Partial<Job> = {}): Job {
      return {
        origin: bot.emulator.origin,
        redisUrl: redis.url,
        ephemeral: { leaseMs: LEASE_MS, lingerMs: 100 },
        ...more,
      };
    }

    async function startWorker(more?: Partial<Job>): Promise<Worker> {
      const worker = await Worker.start(job(more));
      workers.add(worker);
      return worker;
    }

    test(
      `${KILLS} workers are killed at random moments, and every persona left behind is reported`,
      async () => {
        const { emulator } = bot;
        const humans = await createPersonas(emulator, ['Human', 'Agent 1']);
        emulator.fail({
          method: 'POST',
          path: '/me/personas',
          connection: 'break-after',
          share: 0.05,
        });
        // So that a kill meets calls on their way.
        emulator.fail({ delayMs: 10 });
        const gotFile = join(folder, 'got');
        writeFileSync(gotFile, '');

        let next = startWorker({ gotFile });
        for (let kills = 0; kills < KILLS; kills += 1) {
          const worker = await next;
          // The next gets ready while this one works.
          if (kills + 1 < KILLS) next = startWorker({ gotFile });
          emulator.setWebhookUrl(worker.webhookUrl);
          let isKilled = false;
          const customers = Array.from({ length: 8 }, async (_, i) => {
            while (!isKilled) {
              const text = `Agent ${Math.floor(Math.random() * 12)}`;
              await emulator.say(String(4001 + i), text).catch(() => undefined);
            }
          });
          // At least one worker is killed after it has created personas.
          if (kills === 0) {
            await eventually(() => acknowledged(gotFile).size > 0);
          }
          await sleep(20 + Math.random() * 250);
          isKilled = true;
          await worker.kill();
          await Promise.all(customers);
        }

        const got = acknowledged(gotFile);
        expect(got.size).toBeGreaterThan(0);
        await sleep(OVER_MS);
        const swept = await Promise.all([
          sweepElsewhere(job()),
          sweepElsewhere(job()),
        ]);

        const left = emulator
          .state()
          .personas.filter(({ deleted }) => !deleted)
          .map(({ id }) => id);
        const people = Object.values(humans);
        const strays = left.filter((id) => !people.includes(id));
        // Every persona that a handler got is gone.
        expect(strays.filter((id) => got.has(id))).toEqual([]);
        // The personas that people created exist.
        expect(left).toEqual(expect.arrayContaining(people));
        for (const { suspects, deleted } of swept) {
          const suspected = suspects.map(({ id }) => id);
          // Everything else is a suspect, including people's personas with the same name.
          expect(suspected).toEqual(expect.arrayContaining(strays));
          expect(left).toEqual(expect.arrayContaining(suspected));
          expect(suspected).not.toContain(humans.Human);
          expect(deleted.filter(({ id }) => people.includes(id))).toEqual([]);
        }
        const deleted = new Set(
          swept.flatMap((one) => one.deleted.map(({ id }) => id)),
        );
        process.stdout.write(
          `${KILLS} kills: handlers got ${got.size} personas, none of them is left; ` +
            `the last sweep deleted ${deleted.size} and named all ${strays.length} others as suspects\n`,
        );
      },
      60_000 + KILLS * 3000,
    );

    test('of two that overlap during a deployment one is killed: its personas are swept, and not those of the other', async () => {
      const { emulator } = bot;
      const [old, next] = [
        await startWorker({ pauses: true }),
        await startWorker({ pauses: true }),
      ];
      emulator.setWebhookUrl(old.webhookUrl);
      void emulator.say('4001', 'Adam').catch(() => undefined);
      await old.paused();
      emulator.setWebhookUrl(next.webhookUrl);
      const saying = emulator.say('4002', 'Bea');
      await next.paused();
      await old.kill();
      expect(alive(emulator).sort()).toEqual(['Adam', 'Bea']);
      // Its timer sweeps the Page that it had an event on.
      await eventually(() => alive(emulator).join() === 'Bea');
      next.goOn();
      await saying;
      expect(shown(emulator, '4002')).toEqual(['Bea: one', 'Bea: two']);
      await eventually(() => alive(emulator).length === 0);
      await next.kill();
    });

    test('a worker that was suspended until its persona was swept loses no message', async () => {
      const { emulator } = bot;
      const worker = await startWorker({ pauses: true });
      emulator.setWebhookUrl(worker.webhookUrl);
      const saying = emulator.say('4001', 'Adam');
      await worker.paused();
      worker.signal('SIGSTOP');
      await sleep(OVER_MS);
      const { deleted } = await sweepElsewhere(job());
      expect(deleted.map(({ name }) => name)).toEqual(['Adam']);
      expect(alive(emulator)).toEqual([]);

      worker.goOn();
      worker.signal('SIGCONT');
      await saying;
      expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
      const [first, second] = emulator
        .state()
        .conversations.flatMap(({ entries }) => entries)
        .flatMap(({ persona }) => persona?.id ?? []);
      expect(first).toBe(deleted[0]?.id);
      expect(second).not.toBe(first);
      const refused = emulator
        .state()
        .requests.filter(
          ({ path, error }) => path === '/me/messages' && error?.code === 100,
        );
      expect(refused.map(({ personaId }) => personaId)).toEqual([first]);
      await emulator.waitFor(() => alive(emulator).length === 0);
    });
  });
});

/** The IDs that handlers got. */
function acknowledged(file: string): Set<string> {
  return new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
}

async function eventually(
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  while (!(await check())) await sleep(30);
}
