import {
  PersonaRefusedError,
  personas,
  withEphemeralPersona,
  type EphemeralPersona,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import {
  type BotSetup,
  OTHER_PAGE,
  PAGE,
  SEND_MODES,
  startBot,
  type TestAction,
} from '../support/bot';
import { advanceTime, shortenTimeouts } from '../support/clock';
import { alive, shown, watchCalls } from '../support/emulatorState';
import { profile } from '../support/personas';
import { filenameOption } from '../support/sends';

const LIST = 'GET /me/personas';
const MAKE = 'POST /me/personas';
const SEND = 'POST /me/messages';

/** Each speaks as a persona that has to be made first. */
const SPEAKERS: [string, string, TestAction][] = [
  [
    'from the directory',
    'adam',
    async (context) => {
      context.usePersona('adam');
      await context.sendText('hi');
    },
  ],
  [
    'that is ephemeral',
    'Adam',
    async (context) => {
      await context.withEphemeralPersona(profile('Adam'), () =>
        context.sendText('hi'),
      );
    },
  ],
];

const FAILURES: [string, Fault, RegExp][] = [
  [
    'is forbidden',
    { status: 403, error: { code: 200, message: '(#200) Permissions error' } },
    /Permissions error.*HTTP 403, code 200.*check the access token/,
  ],
  [
    'keeps failing with an HTTP 500',
    { status: 500 },
    /HTTP 500.*check the access token/,
  ],
  [
    'keeps running into a rate limit',
    { error: { code: 613, message: '(#613) Calls to this api have exceeded' } },
    /613.*rate limits/,
  ],
  [
    'breaks off each time',
    { connection: 'break-before' },
    /could not be created or found/,
  ],
];

beforeEach(shortenTimeouts);

async function start(setup: BotSetup = {}, options: PersonasOptions = {}) {
  const told = jest.fn();
  const plugin = personas({
    directory: { adam: profile('Adam') },
    onRefused: told,
    ...options,
  });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  return { bot, told };
}

const making = (fault: Fault): Fault => ({
  method: 'POST',
  path: '/me/personas',
  ...fault,
});

describe.each(SEND_MODES)('sent %s', (_mode, setup) => {
  describe.each(SPEAKERS)('a persona %s', (_whose, persona, speak) => {
    describe.each(FAILURES)('whose creation %s', (_how, fault, why) => {
      test('is left out: the message is sent once, as the Page, within seconds', async () => {
        const { bot, told } = await start(setup);
        const mend = bot.emulator.fail(making(fault));
        const seen = watchCalls(bot.emulator);
        const begun = Date.now();
        await bot.run(speak);
        mend();
        expect(Date.now() - begun).toBeLessThan(20_000);
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator)).toEqual(['Page: hi']);
        expect(seen().filter((call) => call === SEND)).toHaveLength(1);
        expect(seen().filter((call) => call === MAKE).length).toBeLessThan(4);

        expect(told).toHaveBeenCalledTimes(1);
        const [error, about] = told.mock.calls[0] as unknown[];
        expect(error).toBeInstanceOf(PersonaRefusedError);
        expect(error).toMatchObject({
          reason: 'not-created',
          persona,
          pageId: PAGE.id,
          message: expect.stringMatching(why) as string,
        });
        expect(about).toMatchObject({ persona });

        // Until it may be tried again the Page speaks at once, and that is not told anew.
        const before = seen().length;
        await bot.run(speak);
        expect(
          seen()
            .slice(before)
            .filter((call) => call !== 'POST /'),
        ).toEqual([SEND]);
        expect(told).toHaveBeenCalledTimes(1);

        advanceTime(1000);
        await bot.run(speak);
        expect(shown(bot.emulator)).toEqual([
          'Page: hi',
          'Page: hi',
          'Adam: hi',
        ]);
      });

      test('rejects with `throw`, and nothing is sent', async () => {
        const { bot, told } = await start(setup, { refusedPersona: 'throw' });
        bot.emulator.fail(making(fault));
        await bot.run(speak);
        expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
        expect(shown(bot.emulator)).toEqual([]);
        expect(told).not.toHaveBeenCalled();
      });
    });
  });
});

describe('a named persona', () => {
  const sayHi = async (context: PersonaContext): Promise<void> => {
    await context.withPersona('adam', () => context.sendText('hi'));
  };

  test('is left out if the Page’s list cannot be read', async () => {
    const { bot, told } = await start();
    bot.emulator.fail({
      method: 'GET',
      path: '/me/personas',
      error: { code: 200, message: '(#200) Permissions error' },
    });
    const seen = watchCalls(bot.emulator);
    await bot.run(sayHi);
    expect(seen()).toEqual([LIST, SEND]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('makes 50 messages wait for the same failure, and all are sent', async () => {
    const { bot, told } = await start();
    bot.emulator.fail(making({ status: 500, delayMs: 20 }));
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
    const seen = watchCalls(bot.emulator);
    await bot.run(async (context) => {
      context.usePersona('adam');
      await Promise.all(texts.map((text) => context.sendText(text)));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator).sort()).toEqual(
      texts.map((text) => `Page: ${text}`).sort(),
    );
    expect(seen().filter((call) => call === MAKE)).toHaveLength(3);
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('that cannot be created lets a file be sent as the Page, in one call', async () => {
    const { bot } = await start();
    bot.emulator.fail(making({ error: { code: 200 } }));
    const seen = watchCalls(bot.emulator);
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendImage(
        Buffer.from('a pear'),
        filenameOption('pear.png'),
      );
    });
    expect(bot.errors).toEqual([]);
    expect(seen()).toEqual([LIST, MAKE, SEND]);
    expect(shown(bot.emulator)).toEqual(['Page: [image]']);
  });

  test('is left out on a Page that Messenger does not name', async () => {
    const { bot, told } = await start({ skipAppSecretProof: true });
    await bot.say('hello', { pageId: OTHER_PAGE.id });
    bot.emulator.fail({ path: '/me', error: { code: 190, message: 'Bad' } });
    await bot.run(async (context) => {
      context.useAccessToken(OTHER_PAGE.accessToken);
      context.usePersona('adam');
      await context.sendText('hi');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(told.mock.calls).toMatchObject([
      [{ reason: 'not-created', persona: 'adam', pageId: undefined }, {}],
    ]);
  });
});

describe('withEphemeralPersona, if the persona cannot be created', () => {
  const forbidden = making({ error: { code: 200 } });

  test('runs its block with the ID null, as the Page', async () => {
    const { bot } = await start();
    bot.emulator.fail(forbidden);
    let given: EphemeralPersona | undefined;
    let result: unknown;
    let inForce: unknown;
    await bot.run(async (context) => {
      context.usePersona('adam');
      result = await context.withEphemeralPersona(
        profile('Guest'),
        async (persona) => {
          given = persona;
          inForce = context.persona;
          await context.sendText('hi');
          await context.typingOn();
          return 'done';
        },
      );
    });
    expect(bot.errors).toEqual([]);
    expect(given).toEqual({ id: null, ...profile('Guest') });
    expect(inForce).toBeNull();
    expect(result).toBe('done');
    expect(shown(bot.emulator)).toEqual(['Page: hi', 'Page: [typing_on]']);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('runs its action, as the Page', async () => {
    const { bot } = await start();
    bot.emulator.fail(forbidden);
    await bot.run(
      withEphemeralPersona(
        profile('Guest'),
        async (context: PersonaContext) => {
          await context.sendText('hi');
        },
      ),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  });

  test('with `throw`, does not run its block', async () => {
    const { bot } = await start({}, { refusedPersona: 'throw' });
    bot.emulator.fail(forbidden);
    const run = jest.fn();
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), run),
    );
    expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
    expect(run).not.toHaveBeenCalled();
  });
});
