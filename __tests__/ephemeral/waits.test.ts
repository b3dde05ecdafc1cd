import {
  personas,
  PersonaCleanupError,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';
import Keyv from 'keyv';

import { type RunningBot, startBot } from '../support/bot';
import { clientFor } from '../support/clients';
import { advanceTime, fakeTimers } from '../support/clock';
import { alive, calls, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { nextRequest } from '../support/nextRequest';
import { createPersonas, deletePersona, profile } from '../support/personas';
import { leaveLease } from '../support/stores';

/** Longer than any test. */
const NEVER_MS = 60_000;
/** So late that nobody waits any more, once the clock was moved on. */
const LATE_MS = 500;

async function start(options: PersonasOptions = {}) {
  const told = jest.fn();
  const plugin = personas({
    onCleanupError: told,
    onRefused: () => undefined,
    ...options,
  });
  const bot = await startBot({ plugins: [plugin] });
  return { bot, plugin, told };
}

const count = (bot: RunningBot, method: string) =>
  calls(bot.emulator).filter((call) => call.startsWith(method)).length;

const speak = (name: string) => async (context: PersonaContext) => {
  await context.withEphemeralPersona(profile(name), () =>
    context.sendText(`hi from ${name}`),
  );
};

describe('a deletion that is never answered', () => {
  test('delays the handler by seconds at most, and close() by its timeout, and is reported', async () => {
    fakeTimers();
    const { bot, plugin, told } = await start();
    bot.emulator.fail({ method: 'DELETE', delayMs: NEVER_MS });
    const asked = nextRequest('DELETE /');
    const begun = Date.now();
    const handling = bot.run(speak('Adam'));
    await asked;
    advanceTime(5000);
    await handling;
    expect(Date.now() - begun).toBeLessThan(9000);
    expect(bot.errors).toEqual([]);

    const closing = performance.now();
    await plugin.close({ timeoutMs: 50 });
    expect(performance.now() - closing).toBeLessThan(10_000);
    const [persona] = bot.emulator.state().personas;
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [
        expect.any(PersonaCleanupError),
        { id: persona?.id, ...profile('Adam') },
      ],
    ]);
    await plugin.close({ timeoutMs: 1 });
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('does not delay the sweep of other leases', async () => {
    const store = new Keyv();
    const { bot, plugin } = await start({
      store,
      ephemeral: { leaseMs: 1000 },
    });
    const { Adam, Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
    bot.emulator.fail({
      method: 'DELETE',
      path: `/${Adam}`,
      delayMs: NEVER_MS,
    });
    await leaveLease(store, { id: Adam, name: 'Adam' });
    await leaveLease(store, { id: Bea, name: 'Bea' });
    // The first event on the Page begins to sweep it.
    await bot.run(() => undefined);
    await bot.emulator.waitFor(() => !alive(bot.emulator).includes('Bea'));
    expect(alive(bot.emulator)).toEqual(['Adam']);
    await plugin.close({ timeoutMs: 0 });
  });
});

test('a send that is never answered does not keep its block open; the persona is deleted when it is answered', async () => {
  fakeTimers();
  const { bot, plugin } = await start();
  let isOver = false;
  let begun = 0;
  const answer = gate();
  const sent = gate();
  const running = bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Adam'), () => {
      context.client.axios.interceptors.response.use(async (response) => {
        await answer.opened;
        return response;
      });
      void context.sendText('hi').then(sent.open);
      begun = Date.now();
    });
    isOver = true;
  });
  await bot.emulator.waitFor(() => shown(bot.emulator).length > 0);
  advanceTime(begun + 9900 - Date.now());
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  advanceTime(100);
  await running;
  expect(Date.now() - begun).toBeLessThan(14_000);
  expect(alive(bot.emulator)).toEqual(['Adam']);
  answer.open();
  await sent.opened;
  await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
  expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  await plugin.close();
});

describe('close()', () => {
  /** Has a handler wait in vain for the persona that it wants made. */
  async function speakTooEarly(bot: RunningBot) {
    const asked = nextRequest('POST /me/personas');
    const handling = bot.run(speak('Adam'));
    await asked;
    advanceTime(4000);
    await handling;
    expect(shown(bot.emulator)).toEqual(['Page: hi from Adam']);
  }

  test('waits for a creation whose handler has given up', async () => {
    fakeTimers();
    const { bot, plugin, told } = await start();
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      delayMs: LATE_MS,
    });
    await speakTooEarly(bot);
    await plugin.close();
    expect(count(bot, 'POST /me/personas')).toBe(1);
    expect(count(bot, 'DELETE')).toBe(1);
    expect(alive(bot.emulator)).toEqual([]);
    expect(told).not.toHaveBeenCalled();
  });

  test('does not wait for a creation that has failed', async () => {
    fakeTimers();
    const { bot, plugin, told } = await start();
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      delayMs: LATE_MS,
      error: { code: 200 },
    });
    await speakTooEarly(bot);
    const closing = performance.now();
    await plugin.close({ timeoutMs: NEVER_MS });
    expect(performance.now() - closing).toBeLessThan(NEVER_MS / 2);
    expect(count(bot, 'DELETE')).toBe(0);
    expect(told).not.toHaveBeenCalled();
  });

  test('waits for a handler that shares a failed creation with another one', async () => {
    const { bot, plugin } = await start();
    const goOn = gate();
    const failed = gate();
    const speaking = bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Adam'), async ({ id }) => {
        await deletePersona(bot.emulator, id ?? '');
        bot.emulator.fail({
          method: 'POST',
          path: '/me/personas',
          error: { code: 200 },
          times: 1,
        });
        await context.sendText('from the Page');
        failed.open();
        await goOn.opened;
        await context.sendText('from Adam again');
      });
    });
    await failed.opened;
    await bot.run(speak('Adam'), { psid: '1002' });
    advanceTime(1000);
    let isClosed = false;
    const closing = plugin.close().then(() => (isClosed = true));
    goOn.open();
    await speaking;
    await closing;
    expect(isClosed).toBe(true);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator, '1001')).toEqual([
      'Page: from the Page',
      'Adam: from Adam again',
    ]);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

describe('a rate limit', () => {
  const LIMIT = {
    code: 613,
    message: '(#613) Calls to this api have exceeded',
  };

  test('stops a sweep, which continues later', async () => {
    const store = new Keyv();
    const { bot, plugin, told } = await start({ store });
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;
    const ids = await createPersonas(bot.emulator, names);
    for (const name of names) await leaveLease(store, { id: ids[name], name });
    const mend = bot.emulator.fail({ method: 'DELETE', error: LIMIT });
    const client = clientFor(bot.emulator);
    expect(await plugin.sweep(client)).toEqual({ deleted: [], suspects: [] });
    // Those that were under way when the first was turned away.
    expect(count(bot, 'DELETE')).toBeLessThanOrEqual(4);
    expect(told).not.toHaveBeenCalled();
    mend();
    expect((await plugin.sweep(client)).deleted).toHaveLength(8);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('of a creation makes all messages go out as the Page at once, until a wait is over', async () => {
    const { bot } = await start();
    const mend = bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      error: LIMIT,
    });
    for (const name of ['A', 'B', 'C', 'D', 'E']) await bot.run(speak(name));
    expect(count(bot, 'POST /me/personas')).toBe(1);
    mend();
    advanceTime(1000);
    await bot.run(speak('F'));
    expect(shown(bot.emulator).at(-1)).toBe('F: hi from F');
  });
});

test('creations on a Page are spread over time', async () => {
  const { bot } = await start();
  bot.emulator.fail({ method: 'POST', path: '/me/personas', delayMs: 200 });
  const names = Array.from({ length: 20 }, (_, number) => `Agent ${number}`);
  await bot.run(async (context) => {
    await Promise.all(names.map((name) => speak(name)(context)));
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator).sort()).toEqual(
    names.map((name) => `${name}: hi from ${name}`).sort(),
  );
  const times = bot.emulator
    .state()
    .requests.filter(
      ({ method, path }) => `${method} ${path}` === 'POST /me/personas',
    )
    .map(({ at }) => at);
  // Sixteen at a time: the next comes when one of them is done.
  expect((times[16] ?? NaN) - (times[0] ?? NaN)).toBeGreaterThanOrEqual(190);
});

test.each([undefined, null, {}, 'token'])(
  'sweep(%p) throws an error that says what it takes',
  async (client) => {
    const { plugin } = await start();
    await expect(plugin.sweep(client as never)).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('sweep() takes the client') as string,
    });
  },
);
