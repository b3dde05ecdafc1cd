import {
  PersonaRefusedError,
  personas,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import {
  type BotSetup,
  type RunningBot,
  startBot,
  type TestAction,
} from '../support/bot';
import { advanceTime, fakeTimers } from '../support/clock';
import { personaIds, shown, watchCalls } from '../support/emulatorState';
import { nextRequest } from '../support/nextRequest';
import { createPersonas, profile } from '../support/personas';

const LIST = 'GET /me/personas';
const MAKE = 'POST /me/personas';
const SEND = 'POST /me/messages';

/** Long enough for a customer to have had an answer from the Page, as the clock is moved on. */
const LATE_MS = 600;

beforeEach(fakeTimers);

const sayHi = async (context: PersonaContext): Promise<void> => {
  await context.withPersona('adam', () => context.sendText('hi'));
};
const sayHiOnTheFly: TestAction = async (context) => {
  await context.withEphemeralPersona(profile('Adam'), () =>
    context.sendText('hi'),
  );
};

async function start(
  fault: Fault,
  setup: BotSetup = {},
  options: PersonasOptions = {},
) {
  const told = jest.fn();
  const directory = { adam: profile('Adam') };
  const plugin = personas({ directory, onRefused: told, ...options });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  const mend = bot.emulator.fail({ path: '/me/personas', ...fault });
  return { bot, told, mend };
}

/** A store that remembers nothing, so that the bot has to. */
const away = () => Promise.reject(new Error('the store is away'));
const AWAY = { get: away, set: away, delete: away };

const SETUPS: BotSetup[] = [{}, { batchDelayMs: 20 }];
const SPEAKERS = [sayHi, sayHiOnTheFly];

async function inAllWays(
  run: (setup: BotSetup, speak: TestAction) => Promise<void>,
): Promise<void> {
  for (const setup of SETUPS) {
    for (const speak of SPEAKERS) await run(setup, speak);
  }
}

/** The bot sends a message, and this call gets no answer in time. */
async function speakInVain(bot: RunningBot, speak: TestAction, call: string) {
  const asked = nextRequest(call);
  const speaking = bot.run(speak);
  await asked;
  advanceTime(5000);
  await speaking;
}

describe.each([MAKE, LIST])('a %s that is never answered', (call) => {
  const [method] = call.split(' ');

  test('leads to a message as the Page, within about 5 seconds', async () => {
    await inAllWays(async (setup, speak) => {
      if (call === LIST && speak !== sayHi) return;
      const { bot, told, mend } = await start(
        { method, delayMs: 60_000 },
        setup,
      );
      const begun = Date.now();
      await speakInVain(bot, speak, call);
      expect(Date.now() - begun).toBeLessThan(9000);
      mend();
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: hi']);
      expect(told.mock.calls).toMatchObject([
        [
          {
            reason: 'not-created',
            message: expect.stringContaining('no answer in time') as string,
          },
          {},
        ],
      ]);
      if (call === LIST) return;
      advanceTime(1000);
      await bot.run(speak);
      expect(shown(bot.emulator)).toEqual(['Page: hi', 'Adam: hi']);
    });
  });
});

test('with `throw`, it ends as an error, and nothing is sent', async () => {
  await inAllWays(async (setup, speak) => {
    const fault = { method: 'POST', delayMs: 60_000 };
    const options = { refusedPersona: 'throw' } as const;
    const { bot, told } = await start(fault, setup, options);
    await speakInVain(bot, speak, MAKE);
    expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
    expect(shown(bot.emulator)).toEqual([]);
    expect(told).not.toHaveBeenCalled();
  });
});

test('a persona that arrives after the message was sent is used by the next message', async () => {
  const aLateList = async () => {
    const { bot } = await start({ method: 'GET', delayMs: LATE_MS });
    await createPersonas(bot.emulator, ['Adam']);
    const seen = watchCalls(bot.emulator);
    await speakInVain(bot, sayHi, LIST);
    await bot.emulator.waitFor(() => seen().includes(LIST));
    advanceTime(1000);
    await bot.run(sayHi);
    return { bot, seen: seen(), expected: [SEND, LIST, SEND] };
  };
  const aLatePersona = async () => {
    const fault = { method: 'POST', delayMs: LATE_MS, times: 1 };
    const options = { store: AWAY, onCleanupError: () => undefined };
    const { bot } = await start(fault, {}, options);
    const seen = watchCalls(bot.emulator);
    await speakInVain(bot, sayHi, MAKE);
    await bot.emulator.waitFor(
      () => personaIds(bot.emulator, 'Adam').length > 0,
    );
    await bot.run(sayHi);
    return { bot, seen: seen(), expected: [LIST, SEND, MAKE, SEND] };
  };
  for (const late of [aLateList, aLatePersona]) {
    const { bot, seen, expected } = await late();
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi', 'Adam: hi']);
    expect(seen).toEqual(expected);
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
  }
});

test('a list that hangs is requested again soon', async () => {
  const { bot } = await start({ method: 'GET', delayMs: 60_000, times: 1 });
  await speakInVain(bot, sayHi, LIST);
  advanceTime(30_000);
  await bot.run(sayHi);
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Page: hi', 'Adam: hi']);
});
