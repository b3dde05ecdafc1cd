import {
  personas,
  PersonaCleanupError,
  type OnCleanupError,
  type PersonaContext,
} from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import { PAGE, type RunningBot, startBot } from '../support/bot';
import { advanceTime, fakeTimers, shortenTimeouts } from '../support/clock';
import { alive, calls, shown } from '../support/emulatorState';
import { nextRequest } from '../support/nextRequest';
import { profile } from '../support/personas';

let bot: RunningBot;
let plugin: ReturnType<typeof personas>;
const onCleanupError = jest.fn<void, Parameters<OnCleanupError>>();

beforeEach(async () => {
  onCleanupError.mockReset();
  plugin = personas({ onCleanupError, onRefused: () => {} });
  bot = await startBot({ plugins: [plugin] });
});

async function speak(
  speech = (context: PersonaContext): unknown => context.sendText('hi'),
): Promise<string[]> {
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Adam'), () => speech(context));
  });
  return shown(bot.emulator);
}

const count = (method: string) =>
  calls(bot.emulator).filter(
    (call) => call.startsWith(`${method} `) && !call.endsWith('/me/messages'),
  ).length;
const creations = () => count('POST');
const deletions = () => count('DELETE');

const RATE_LIMITS = [4, 17, 32, 613, 80006].map((code): [string, Fault] => [
  `code ${code}`,
  { status: 400, error: { code, message: 'Too many calls' } },
]);
const TRANSIENT: [string, Fault][] = [
  ['HTTP 500', { status: 500 }],
  ['HTTP 503', { status: 503 }],
  ['a broken connection', { connection: 'break-before' }],
  ['a lost answer', { connection: 'break-after' }],
];
const DEFINITE: [string, Fault][] = [
  [100, 'Invalid parameter'],
  [190, 'Invalid OAuth access token'],
  [200, 'No permission'],
].map(([code, message]) => [
  `code ${code}`,
  { status: 400, error: { code: Number(code), message: String(message) } },
]);

describe('creation', () => {
  const fail = (fault: Fault) =>
    bot.emulator.fail({ method: 'POST', path: '/me/personas', ...fault });

  test.each(TRANSIENT)('is tried again after %s', async (_what, fault) => {
    shortenTimeouts();
    fail({ ...fault, times: 1 });
    expect(await speak()).toEqual(['Adam: hi']);
    expect(creations()).toBe(2);
  });

  test.each([...DEFINITE, ...RATE_LIMITS])(
    'is not tried again after %s',
    async (_what, fault) => {
      fail(fault);
      expect(await speak()).toEqual(['Page: hi']);
      expect(creations()).toBe(1);
    },
  );

  test('is tried three times at most, and the message is sent as the Page within seconds', async () => {
    fail({ status: 500 });
    const begun = Date.now();
    expect(await speak()).toEqual(['Page: hi']);
    expect(creations()).toBe(3);
    const ms = Date.now() - begun;
    // 100 to 200 ms, then 200 to 400 ms.
    expect(ms).toBeGreaterThanOrEqual(290);
    expect(ms).toBeLessThan(20_000);
  });

  test('is given up after seconds without an answer; a persona that it creates later is deleted', async () => {
    fakeTimers();
    fail({ delayMs: 500 });
    const begun = Date.now();
    const asked = nextRequest('POST /me/personas');
    const spoken = speak();
    await asked;
    advanceTime(4000);
    expect(await spoken).toEqual(['Page: hi']);
    expect(Date.now() - begun).toBeLessThan(9000);
    await bot.emulator.waitFor(() => deletions() === 1);
    expect(creations()).toBe(1);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

describe('deletion', () => {
  const fail = (fault: Fault) =>
    bot.emulator.fail({ method: 'DELETE', ...fault });

  test.each([...TRANSIENT, ...RATE_LIMITS])(
    'is tried again after %s',
    async (_what, fault) => {
      shortenTimeouts();
      fail({ ...fault, times: 1 });
      expect(await speak()).toEqual(['Adam: hi']);
      await plugin.close();
      expect(deletions()).toBe(2);
      expect(alive(bot.emulator)).toEqual([]);
      expect(onCleanupError).not.toHaveBeenCalled();
    },
  );

  test.each(DEFINITE)(
    'is not tried again after %s, but reported',
    async (_what, fault) => {
      fail({ ...fault, times: 1 });
      expect(await speak()).toEqual(['Adam: hi']);
      await plugin.close();
      expect(deletions()).toBe(1);
      expectTold(fault.error?.message ?? '');
    },
  );

  test('is given up after five tries, and reported once', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    fail({ status: 503, error: { message: 'Down' } });
    const begun = Date.now();
    expect(await speak()).toEqual(['Adam: hi']);
    // The handler waits for the first try only.
    expect(deletions()).toBe(1);
    await plugin.close();
    expect(deletions()).toBe(5);
    // Half of 0.5, 0.5, 1 and 2 s at least.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1990);
    expectTold('Down');
  });

  test('of a persona that is gone already succeeds', async () => {
    await speak(async (context) => {
      await context.sendText('hi');
      await context.client.deletePersona(context.persona ?? '');
    });
    expect(deletions()).toBe(2);
    expect(bot.errors).toEqual([]);
    expect(onCleanupError).not.toHaveBeenCalled();
  });

  test('that fails does not hide the error of the handler', async () => {
    shortenTimeouts();
    fail({ status: 503, times: 1 });
    const error = new Error('no such order');
    await speak(() => {
      throw error;
    });
    expect(bot.errors).toEqual([error]);
    await plugin.close();
    expect(alive(bot.emulator)).toEqual([]);
  });

  function expectTold(reason: string) {
    const [persona] = bot.emulator.state().personas;
    expect(onCleanupError.mock.calls).toEqual([
      [
        expect.any(PersonaCleanupError),
        { id: persona?.id, ...profile('Adam') },
      ],
    ]);
    const [[error] = []] = onCleanupError.mock.calls;
    expect(error?.message).toContain(reason);
    expect(error?.message).toContain(PAGE.id);
  }
});
