import {
  personas,
  PersonaRefusedError,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';
import type { Fault, MessengerEmulator } from 'messenger-emulator';

import { type BotSetup, CUSTOMER, SEND_MODES, startBot } from '../support/bot';
import { advanceTime } from '../support/clock';
import { alive, personaIds, shown, watchCalls } from '../support/emulatorState';
import { createPersonas, deletePersona, profile } from '../support/personas';

const LIST = 'GET /me/personas';
const SEND = 'POST /me/messages';

const ABOUT_PERSONA = {
  code: 100,
  message: '(#100) persona_id is not allowed',
};
const NOT_ABOUT_PERSONA = {
  code: 100,
  message:
    '(#100) Invalid keys "personalization" were found in param "message"',
};

async function start(setup: BotSetup = {}, options: PersonasOptions = {}) {
  const told = jest.fn();
  const plugin = personas({
    directory: { adam: profile('Adam') },
    onRefused: told,
    ...options,
  });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  const seen = watchCalls(bot.emulator);
  const calls = () => seen().filter((call) => call !== 'POST /');
  return { bot, told, calls };
}

/** Messenger refuses the next message, as it may for one kind of message. */
function refuseNext(emulator: MessengerEmulator, error: Fault['error']): void {
  emulator.fail({ path: '/me/messages', times: 1, error });
}

const asAdam = async (context: PersonaContext): Promise<void> => {
  await context.withPersona('adam', () => context.sendText('hi'));
};
const onTheFly = async (context: PersonaContext): Promise<void> => {
  await context.withEphemeralPersona(profile('Guest'), () =>
    context.sendText('hi'),
  );
};

describe.each(SEND_MODES)('code 100, sent %s,', (_mode, setup) => {
  test.each([
    ['a named persona', asAdam, ['Adam']],
    ['an ephemeral persona', onTheFly, []],
  ])(
    'that names %s that exists is about this message: nothing is created again',
    async (_whose, action, left) => {
      const { bot, told } = await start(setup);
      for (let event = 0; event < 5; event += 1) {
        refuseNext(bot.emulator, ABOUT_PERSONA);
        await bot.run(action);
      }
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(Array(5).fill('Page: hi'));
      expect(alive(bot.emulator)).toEqual(left);
      // Told for each, and never remembered.
      expect(told).toHaveBeenCalledTimes(5);
      expect(told.mock.calls[0]).toMatchObject([
        { reason: 'this-message' },
        { recipient: CUSTOMER },
      ]);
    },
  );

  test('with a word that only begins like "persona" is passed on, and nothing is sent again', async () => {
    const { bot, told, calls } = await start(setup);
    await bot.run(asAdam);
    const before = calls().length;
    refuseNext(bot.emulator, NOT_ABOUT_PERSONA);
    await bot.run(asAdam);
    expect(bot.errors).toHaveLength(1);
    expect(bot.errors[0]).not.toBeInstanceOf(PersonaRefusedError);
    expect(calls().slice(before)).toEqual([SEND]);
    expect(told).not.toHaveBeenCalled();
  });

  test('that names a persona whose state is uncertain: the message is sent as the Page, and nothing is created or forgotten', async () => {
    const { bot, told, calls } = await start(setup);
    await bot.run(asAdam);
    const [adam] = personaIds(bot.emulator, 'Adam');
    // Graph says "does not exist, or missing permissions" with this, which proves nothing.
    const error = { code: 100, error_subcode: 33, message: 'does not exist' };
    const found = bot.emulator.fail({ path: `/${adam}`, error });
    const listed = bot.emulator.fail({ path: '/me/personas', status: 400 });
    const before = calls().length;
    for (let event = 0; event < 2; event += 1) {
      refuseNext(bot.emulator, ABOUT_PERSONA);
      await bot.run(asAdam);
    }
    expect(bot.errors).toEqual([]);
    // Asked for once, and not again for the next message.
    expect(calls().slice(before)).toEqual([
      SEND,
      `GET /${adam}`,
      LIST,
      SEND,
      SEND,
      SEND,
    ]);
    expect(told.mock.calls).toMatchObject([[{ reason: 'unverified' }, {}]]);

    found();
    listed();
    await bot.run(asAdam);
    expect(shown(bot.emulator)).toEqual([
      'Adam: hi',
      'Page: hi',
      'Page: hi',
      'Adam: hi',
    ]);
    expect(personaIds(bot.emulator, 'Adam')).toEqual([adam]);
  });
});

describe('a remembered refusal', () => {
  const say = (id: string) => async (context: PersonaContext) => {
    await context.sendText('hi', { personaId: id });
  };

  test('of an ID that the Page lacks: for ten minutes messages are sent as the Page at once', async () => {
    const { bot, told, calls } = await start();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await deletePersona(bot.emulator, Adam);
    await bot.run(say(Adam));
    const before = calls().length;
    await bot.run(say(Adam));
    expect(calls().slice(before)).toEqual([SEND]);
    advanceTime(10 * 60_000 - 1000);
    await bot.run(say(Adam));
    expect(calls().slice(before)).toEqual([SEND, SEND]);
    expect(told).toHaveBeenCalledTimes(1);
    advanceTime(1000);
    await bot.run(say(Adam));
    expect(calls().slice(before + 2)).toEqual([
      SEND,
      `GET /${Adam}`,
      LIST,
      SEND,
    ]);
    expect(told).toHaveBeenCalledTimes(2);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(Array(4).fill('Page: hi'));
  });

  test('of a customer for whom personas are refused: nothing is created for him', async () => {
    const { bot, told, calls } = await start();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    bot.emulator.setEuropean(CUSTOMER, true);
    await bot.run(say(Adam));
    const before = calls().length;
    await bot.run(say(Adam));
    await bot.run(asAdam);
    await bot.run(onTheFly);
    expect(calls().slice(before)).toEqual([SEND, SEND, SEND]);
    expect(told).toHaveBeenCalledTimes(1);
    await bot.run(say(Adam), { psid: '1002' });
    expect(shown(bot.emulator, '1002')).toEqual(['Adam: hi']);
  });

  test('with `throw`, such sends reject at once', async () => {
    const { bot, calls } = await start({}, { refusedPersona: 'throw' });
    await bot.run(say('123456789012345'));
    const before = calls().length;
    await bot.run(say('123456789012345'));
    expect(calls().slice(before)).toEqual([]);
    expect(bot.errors).toEqual([
      expect.any(PersonaRefusedError),
      expect.any(PersonaRefusedError),
    ]);
  });
});

describe('a string that is neither an ID nor a name', () => {
  test('is not sent as an ID: one call as the Page, reported once with the closest match', async () => {
    const { bot, told, calls } = await start();
    const misspelt = async (context: PersonaContext) => {
      await context.withPersona('adma', async () => {
        await context.sendText('one');
        await context.sendText('two');
      });
    };
    await bot.run(misspelt);
    await bot.run(misspelt);
    expect(bot.errors).toEqual([]);
    expect(calls()).toEqual([SEND, SEND, SEND, SEND]);
    expect(shown(bot.emulator)).toEqual(
      ['one', 'two', 'one', 'two'].map((text) => `Page: ${text}`),
    );
    expect(told.mock.calls).toMatchObject([
      [
        {
          reason: 'unknown',
          persona: 'adma',
          message: expect.stringContaining('did you mean "adam"?') as string,
        },
        { persona: 'adma' },
      ],
    ]);
  });

  test('with `throw`, rejects before anything is sent', async () => {
    const { bot, calls } = await start({}, { refusedPersona: 'throw' });
    await bot.run(async (context) => {
      await context.sendText('hi', { personaId: 'adma' });
    });
    expect(bot.errors).toMatchObject([{ reason: 'unknown', persona: 'adma' }]);
    expect(calls()).toEqual([]);
  });
});

describe('signText', () => {
  const signText = (text: string, { name }: { name: string }) =>
    `${name}: ${text}`;

  test('says who speaks if the persona is refused', async () => {
    const { bot } = await start({}, { signText });
    refuseNext(bot.emulator, ABOUT_PERSONA);
    await bot.run(asAdam);
    refuseNext(bot.emulator, ABOUT_PERSONA);
    await bot.run(onTheFly);
    expect(shown(bot.emulator)).toEqual(['Page: Adam: hi', 'Page: Guest: hi']);
  });

  test('says who speaks in a block whose persona could not be created', async () => {
    const { bot } = await start({}, { signText });
    bot.emulator.fail({ path: '/me/personas', error: { code: 200 } });
    await bot.run(onTheFly);
    expect(shown(bot.emulator)).toEqual(['Page: Guest: hi']);
  });

  test('is not called without a name, with a shown persona, or for the Page', async () => {
    const sign = jest.fn(signText);
    const { bot } = await start({}, { signText: sign });
    await bot.run(async (context) => {
      await context.sendText('one', { personaId: '123456789012345' });
      await context.sendText('two', { personaId: 'adam' });
      await context.sendText('three');
    });
    expect(shown(bot.emulator)).toEqual([
      'Page: one',
      'Adam: two',
      'Page: three',
    ]);
    expect(sign).not.toHaveBeenCalled();
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no pen');
      },
      /signText.*no pen.*unsigned/,
    ],
    ['returns no text', () => 7 as unknown as string, /signText.*type number/],
    [
      'rejects',
      () => Promise.reject(new Error('no pen')) as unknown as string,
      /signText.*type object/,
    ],
    [
      'throws what no text can be made of',
      () => {
        throw Object.create(null);
      },
      /signText.*threw a value of type object/,
    ],
  ])(
    'that %s leaves the text unsigned, which is reported',
    async (_how, sign, why) => {
      const { bot } = await start({}, { signText: sign });
      refuseNext(bot.emulator, ABOUT_PERSONA);
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
      await bot.run(asAdam);
      expect(shown(bot.emulator)).toEqual(['Page: hi']);
      expect(warned.mock.calls).toEqual([
        [expect.stringMatching(why), 'PersonaWarning'],
      ]);
      warned.mockRestore();
    },
  );
});
