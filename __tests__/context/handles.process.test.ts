import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { personas } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';
import { createClient } from 'redis';

import { APP_SECRET, CUSTOMER, PAGE, startWrittenTo } from '../support/bot';
import { clientFor } from '../support/clients';
import { compiledPackage } from '../support/compiled';
import { alive, calls, shown } from '../support/emulatorState';
import { profile } from '../support/personas';
import { describeWithRedis, startRedis } from '../support/redis';

const packagePath = compiledPackage();
const LEASE_MS = 1000;

/** A process with a client of the Page and the plugin. */
function program(origin: string, script: string, redisUrl?: string): string {
  const { accessToken } = PAGE;
  const account = { accessToken, appSecret: APP_SECRET, origin };
  return `
    const { setTimeout: sleep } = require('node:timers/promises');
    const { MessengerClient } = require('messaging-api-messenger');
    const { personas } = require(${JSON.stringify(packagePath)});
    const { redisStore } = require(${JSON.stringify(`${packagePath}/redis`)});
    const redisUrl = ${JSON.stringify(redisUrl ?? null)};
    const redis = redisUrl && require('redis').createClient({ url: redisUrl });
    const account = new MessengerClient(${JSON.stringify(account)});
    const ADAM = ${JSON.stringify(profile('Adam'))};
    const CUSTOMER = ${JSON.stringify(CUSTOMER)};
    const reports = [];
    const plugin = personas({
      ...(redis && { store: redisStore(redis), ephemeral: { leaseMs: ${LEASE_MS} } }),
      onCleanupError: ({ name, message }, persona) => reports.push({ name, message, persona }),
    });
    const client = plugin.client(account);
    /** Whether it comes true while garbage is collected, for which each try gives the event loop turns. */
    async function comesTrueByCollecting(test) {
      for (let tries = 0; tries < 50; tries += 1) {
        await sleep(10);
        gc();
        await sleep(10);
        if (test()) return true;
      }
      return false;
    }
    async function main() { ${script} }
    Promise.resolve(redis && redis.connect())
      .then(main)
      .then((result) => console.log(JSON.stringify(result)));
  `;
}

async function runCollecting(origin: string, script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '-e',
    program(origin, script),
  ]);
  return JSON.parse(stdout);
}

describe('a handle that is garbage-collected', () => {
  test('is released after its pending sends, and reported once', async () => {
    const { emulator } = await startWrittenTo();
    emulator.fail({ path: '/me/messages', delayMs: 100 });
    const reports = await runCollecting(
      emulator.origin,
      `
        await (async () => {
          const adam = await client.createEphemeralPersona(ADAM);
          await adam.sendText(CUSTOMER, 'one');
          void adam.sendText(CUSTOMER, 'two');
        })();
        await comesTrueByCollecting(() => plugin.stats().deleted > 0);
        await comesTrueByCollecting(() => reports.length > 1);
        return reports;
      `,
    );
    const [made] = emulator.state().personas;
    expect(reports).toEqual([
      {
        name: 'ForgottenHandleError',
        message: expect.stringMatching(/"Adam" \(\d+\).*release\(\)/) as string,
        persona: { id: made?.id, ...profile('Adam') },
      },
    ]);
    expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
    expect(calls(emulator).at(-1)).toMatch(/^DELETE/);
    expect(alive(emulator)).toEqual([]);
  });

  test('leaves the persona to the other handles', async () => {
    const { emulator } = await startWrittenTo();
    const found = await runCollecting(
      emulator.origin,
      `
        const kept = await client.createEphemeralPersona(ADAM);
        await (async () => {
          const forgotten = await client.createEphemeralPersona(ADAM);
          await forgotten.sendText(CUSTOMER, 'one');
        })();
        await comesTrueByCollecting(() => reports.length > 0);
        const { deleted } = plugin.stats();
        await kept.sendText(CUSTOMER, 'two');
        await kept.release();
        return { reports: reports.length, deleted };
      `,
    );
    expect(found).toEqual({ reports: 1, deleted: 0 });
    expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
    expect(alive(emulator)).toEqual([]);
  });

  test('is not reported while one of its methods is in use, or after its release', async () => {
    const { emulator } = await startWrittenTo();
    const found = await runCollecting(
      emulator.origin,
      `
        let { sendText, release } = await client.createEphemeralPersona(ADAM);
        const isCollected = await comesTrueByCollecting(() => reports.length > 0);
        await sendText(CUSTOMER, 'one');
        await release();
        sendText = release = undefined;
        return isCollected || (await comesTrueByCollecting(() => reports.length > 0));
      `,
    );
    expect(found).toBe(false);
    expect(shown(emulator)).toEqual(['Adam: one']);
    expect(alive(emulator)).toEqual([]);
  });
});

describeWithRedis('with Redis, the persona of an agent', () => {
  test('is renewed for the whole shift, and swept by another process if its process is killed', async () => {
    const redis = await startRedis();
    const bot = await startWrittenTo();
    const { emulator } = bot;
    const agent = spawn(process.execPath, [
      '-e',
      program(
        emulator.origin,
        `
          const adam = await client.createEphemeralPersona(ADAM);
          await adam.sendText(CUSTOMER, 'one');
          console.log('on shift');
          await sleep(60_000);
        `,
        redis.url,
      ),
    ]);
    await once(agent.stdout, 'data');
    const other = await createClient({ url: redis.url }).connect();
    const plugin = personas({ store: redisStore(other) });
    const client = clientFor(bot.emulator);
    // Longer than a lease that is not renewed.
    await sleep(1.5 * LEASE_MS);
    expect(await plugin.sweep(client)).toEqual({ deleted: [], suspects: [] });
    expect(alive(emulator)).toEqual(['Adam']);
    const exited = once(agent, 'exit');
    agent.kill('SIGKILL');
    await exited;
    await sleep(1.1 * LEASE_MS);
    const { deleted } = await plugin.sweep(client);
    expect(deleted).toHaveLength(1);
    expect(alive(emulator)).toEqual([]);
    await plugin.close();
    other.destroy();
    await redis.close();
  });
});
