import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MessengerClient, type MessengerTypes } from 'bottender';
import {
  PersonaRefusedError,
  personas,
  withPersona,
  type PersonasOptions,
  type RefusalReason,
} from 'bottender-persona';

import {
  APP_SECRET,
  type BotSetup,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  type RunningBot,
  SEND_MODES,
  startBot,
  type TestAction,
} from '../support/bot';
import { watchCalls, alive, bodies, shown } from '../support/emulatorState';
import { createPersonas, profile, deletePersona } from '../support/personas';
import { filenameOption, SEND_METHODS, SENDS } from '../support/sends';

const SEND = 'POST /me/messages';
const LIST = 'GET /me/personas';
const UPLOAD = 'POST /me/message_attachments';

/** Each gives the ID of a persona that Messenger refuses. */
const REFUSED: [
  string,
  RefusalReason,
  (bot: RunningBot) => Promise<string> | string,
][] = [
  ['for this customer', 'region', refusedFor],
  ['with an ID that no persona has', 'unknown', () => '123456789012345'],
  [
    'with the ID of a deleted persona',
    'unknown',
    async ({ emulator }) => {
      const { Adam } = await createPersonas(emulator, ['Adam']);
      await deletePersona(emulator, Adam);
      return Adam;
    },
  ],
  [
    'with the ID of another Page’s persona',
    'unknown',
    async ({ emulator }) =>
      (await createPersonas(emulator, ['Adam'], OTHER_PAGE)).Adam,
  ],
];

async function refusedFor({ emulator }: RunningBot): Promise<string> {
  emulator.setEuropean(CUSTOMER, true);
  return (await createPersonas(emulator, ['Adam'])).Adam;
}

async function start(setup: BotSetup = {}, options: PersonasOptions = {}) {
  const told = jest.fn();
  const plugin = personas({ onRefused: told, ...options });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  return { bot, told };
}

/** The calls of the handler but for those that only carry a batch. */
function watchSends({ emulator }: RunningBot): () => string[] {
  const seen = watchCalls(emulator);
  return () => seen().filter((call) => call !== 'POST /');
}

describe.each(SEND_MODES)('sent %s', (_mode, setup) => {
  describe.each(REFUSED)(
    'a persona that is refused %s',
    (_what, reason, give) => {
      test('is left out: the message is sent once, as the Page, and onRefused is called', async () => {
        const { bot, told } = await start(setup);
        const id = await give(bot);
        const sends = watchSends(bot);
        let answer: unknown;
        await bot.run(async (context) => {
          answer = await context.sendText('hi', {
            personaId: id,
            tag: 'HUMAN_AGENT',
          });
        });
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator)).toEqual(['Page: hi']);
        const looked = reason === 'region' ? [] : [`GET /${id}`, LIST];
        expect(sends()).toEqual([SEND, ...looked, SEND]);
        expect(answer).toMatchObject({
          messageId: expect.any(String) as string,
        });
        const [first, second] = await bodies(bot.emulator, SEND);
        expect(first).toEqual({ ...second, persona_id: id });

        expect(told).toHaveBeenCalledTimes(1);
        const [error, about] = told.mock.calls[0] as unknown[];
        expect(error).toBeInstanceOf(PersonaRefusedError);
        expect(error).toMatchObject({ reason, persona: id, pageId: PAGE.id });
        expect(about).toMatchObject({ persona: id, recipient: CUSTOMER });
        expect(about).toHaveProperty('context.platform', 'messenger');
      });

      test('rejects the send with `throw`, and nothing is sent', async () => {
        const { bot, told } = await start(setup, { refusedPersona: 'throw' });
        const id = await give(bot);
        const sends = watchSends(bot);
        await bot.run(async (context) => {
          context.usePersona(id);
          await context.sendText('hi');
        });
        expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
        expect(bot.errors[0]).toMatchObject({ reason, persona: id });
        expect(shown(bot.emulator)).toEqual([]);
        const looked = reason === 'region' ? [] : [`GET /${id}`, LIST];
        expect(sends()).toEqual([SEND, ...looked]);
        expect(told).not.toHaveBeenCalled();
      });
    },
  );

  describe.each(SEND_METHODS)('%s with a refused persona', (method) => {
    const OPTIONS: MessengerTypes.SendOption = Object.freeze({});

    test('is sent once, as the Page', async () => {
      const { bot, told } = await start(setup);
      const id = await refusedFor(bot);
      await bot.run(async (context) => {
        context.usePersona(id);
        await SENDS[method](context, OPTIONS);
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([expect.stringMatching(/^Page: /)]);
      const [first, second, ...more] = await bodies(bot.emulator, SEND);
      expect(first).toEqual({ ...second, persona_id: id });
      expect(more).toEqual([]);
      expect(told).toHaveBeenCalledTimes(1);
    });

    test('with `throw`, rejects, and nothing is sent', async () => {
      const { bot } = await start(setup, { refusedPersona: 'throw' });
      const id = await refusedFor(bot);
      await bot.run(async (context) => {
        context.usePersona(id);
        await SENDS[method](context, OPTIONS);
      });
      expect(bot.errors).toEqual([expect.any(PersonaRefusedError)]);
      expect(shown(bot.emulator)).toEqual([]);
    });
  });

  test('with `throw`, a refusal of all personas tells the persona of each message', async () => {
    const { bot } = await start(setup, { refusedPersona: 'throw' });
    const id = await refusedFor(bot);
    await bot.run(async (context) => {
      for (const persona of [id, '123', id]) {
        const sending = context.as(persona).sendText('hi');
        await expect(sending).rejects.toMatchObject({
          reason: 'region',
          persona,
          pageId: PAGE.id,
          message: expect.stringContaining(`"${persona}"`) as string,
        });
      }
    });
    expect(bot.errors).toEqual([]);
  });

  test('many simultaneous refusals are reported once, and each message is sent once', async () => {
    const { bot, told } = await start(setup);
    const id = await refusedFor(bot);
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`);
    await bot.run(async (context) => {
      context.usePersona(id);
      await Promise.all(texts.map((text) => context.sendText(text)));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator).sort()).toEqual(
      texts.map((text) => `Page: ${text}`).sort(),
    );
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('typing shows the Page typing, and then no longer', async () => {
    const { bot } = await start(setup);
    const id = await refusedFor(bot);
    await bot.run((context) =>
      context.withPersona(id, () => context.typing(1)),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: [typing_on]',
      'Page: [typing_off]',
    ]);
  });

  test('other customers still see the persona', async () => {
    const { bot } = await start(setup);
    const id = await refusedFor(bot);
    const action = withPersona(id, async (context) => {
      await context.sendText('hi');
    }) as TestAction;
    await bot.run(action);
    await bot.run(action, { psid: '1002' });
    expect(shown(bot.emulator, CUSTOMER)).toEqual(['Page: hi']);
    expect(shown(bot.emulator, '1002')).toEqual(['Adam: hi']);
  });

  describe('a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'refused-'));
    const file = join(folder, 'pear.png');
    writeFileSync(file, 'a pear');
    afterAll(() => rmSync(folder, { recursive: true }));

    describe.each([
      ['a Buffer', () => Buffer.from('a pear')],
      ['a ReadStream', () => createReadStream(file)],
    ])('as %s', (_what, contents) => {
      test.each([
        ['sendImage', 'image'],
        ['sendAudio', 'audio'],
        ['sendVideo', 'video'],
        ['sendFile', 'file'],
      ] as const)('by %s is uploaded once', async (method, type) => {
        const { bot, told } = await start(setup);
        const id = await refusedFor(bot);
        const sends = watchSends(bot);
        await bot.run(async (context) => {
          context.usePersona(id);
          await context[method](contents(), filenameOption('pear.png'));
        });
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator)).toEqual([`Page: [${type}]`]);
        expect(sends()).toEqual([UPLOAD, SEND, SEND]);
        const [first, second] = await bodies(bot.emulator, SEND);
        expect(JSON.stringify(first)).toContain('attachment_id');
        expect(first).toEqual({ ...second, persona_id: id });
        expect(told).toHaveBeenCalledTimes(1);
      });
    });
  });

  describe('an ephemeral persona', () => {
    test('that is refused for this customer is left out, and deleted', async () => {
      const { bot, told } = await start(setup);
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), async () => {
          await context.sendText('one');
          await context.typingOn();
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: one', 'Page: [typing_on]']);
      expect(alive(bot.emulator)).toEqual([]);
      expect(told).toHaveBeenCalledTimes(1);
      expect(told.mock.calls[0]).toMatchObject([
        { reason: 'region', persona: 'Guest' },
        { persona: 'Guest' },
      ]);
    });

    test('that someone else deleted is created again', async () => {
      const { bot, told } = await start(setup);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
          await context.sendText('one');
          await deletePersona(bot.emulator, id ?? '');
          await context.sendText('two');
          await Promise.all([
            context.sendText('three'),
            context.sendText('four'),
          ]);
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator).sort()).toEqual(
        ['one', 'two', 'three', 'four'].map((text) => `Guest: ${text}`).sort(),
      );
      expect(bot.emulator.state().personas).toHaveLength(2);
      expect(alive(bot.emulator)).toEqual([]);
      expect(told).not.toHaveBeenCalled();
    });
  });
});

describe('onRefused', () => {
  const say = async (bot: RunningBot) => {
    const id = await refusedFor(bot);
    await bot.run(async (context) => {
      context.usePersona(id);
      await context.sendText('hi');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  };

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('not my day');
      },
    ],
    ['rejects', () => Promise.reject(new Error('not my day'))],
    ['never ends', () => new Promise(() => undefined)],
  ])('that %s changes nothing', async (_how, act) => {
    const onRefused = jest.fn(act);
    const { bot } = await start({}, { onRefused });
    await say(bot);
    expect(onRefused).toHaveBeenCalledTimes(1);
  });

  test('is a process warning that says what to do if it is not given', async () => {
    const { bot } = await start({}, { onRefused: undefined });
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    await say(bot);
    const { calls } = warned.mock;
    warned.mockRestore();
    expect(calls).toEqual([
      [
        expect.stringMatching(
          /Europe.*usePersona\(null\).*The Page speaks instead\.$/,
        ),
        'PersonaWarning',
      ],
    ]);
  });

  test('gets the context of the event, so that it can act', async () => {
    const acted = jest.fn();
    const { bot } = await start(
      {},
      {
        onRefused: (_error, { context }) => {
          acted(context?.session?.id);
        },
      },
    );
    await say(bot);
    expect(acted).toHaveBeenCalledWith(`messenger:${CUSTOMER}`);
  });
});

test('if the second attempt as the Page fails, the send rejects with its error', async () => {
  const { bot, told } = await start();
  const id = await refusedFor(bot);
  const sends = watchSends(bot);
  const refusal = { code: 10, error_subcode: 2018336, message: 'Europe' };
  bot.emulator.fail({ path: '/me/messages', error: refusal, times: 1 });
  bot.emulator.fail({ path: '/me/messages', status: 500 });
  await bot.run(async (context) => {
    context.usePersona(id);
    await context.sendText('hi');
  });
  expect(bot.errors).toHaveLength(1);
  expect(bot.errors[0]).not.toBeInstanceOf(PersonaRefusedError);
  expect(sends()).toEqual([SEND, SEND]);
  expect(shown(bot.emulator)).toEqual([]);
  expect(told).toHaveBeenCalledTimes(1);
});

test('after useAccessToken, the error names the Page of the token, not of the event', async () => {
  // Bottender proves such sends with the proof of the channel's token.
  const { bot, told } = await start({ skipAppSecretProof: true });
  await bot.say('hello', { pageId: OTHER_PAGE.id });
  await bot.run(async (context) => {
    context.useAccessToken(OTHER_PAGE.accessToken);
    context.usePersona('123456789012345');
    await context.sendText('hi');
  });
  expect(bot.errors).toEqual([]);
  expect(told).toHaveBeenCalledTimes(1);
  expect(told.mock.calls[0]).toMatchObject([{ pageId: OTHER_PAGE.id }, {}]);
});

test.each(SEND_MODES)(
  'sent %s, the error gives away neither token nor secret',
  async (_mode, setup) => {
    const { bot, told } = await start(setup);
    const message = `persona? ${PAGE.accessToken} ${APP_SECRET} access_token=${PAGE.accessToken}`;
    const error = { code: 10, error_subcode: 2018336, message };
    bot.emulator.fail({ path: '/me/messages', error, times: 1 });
    await bot.run(async (context) => {
      await context.sendText('hi', { personaId: '123456789012345' });
    });
    expect(bot.errors).toEqual([]);
    expect(told).toHaveBeenCalledTimes(1);
    const [[refusal]] = told.mock.calls as [[PersonaRefusedError]];
    expect(refusal.failure.message).toBe(
      'persona? [removed] [removed] access_token=[removed]',
    );
  },
);

test.each(['a', 'persona', '_'])(
  'a refusal is read before the app secret %j is removed from its text',
  async (appSecret) => {
    const { bot } = await start();
    await bot.say('hello');
    const told = jest.fn();
    const { accessToken } = PAGE;
    const client = new MessengerClient({
      accessToken,
      appSecret,
      origin: bot.emulator.origin,
      skipAppSecretProof: true,
    });
    const plugin = personas({ onRefused: told });
    const id = '123456789012345';
    await plugin.client(client).as(id).sendText(CUSTOMER, 'hi');
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(told).toHaveBeenCalledTimes(1);
    const [[refusal]] = told.mock.calls as [[PersonaRefusedError]];
    expect(refusal.reason).toBe('unknown');
    expect(refusal.failure.message).toContain('[removed]');
    expect(refusal.failure.message.replaceAll('[removed]', '')).not.toContain(
      appSecret,
    );
  },
);

test('a refusal is read to the end of a text that is too long to be shown', async () => {
  const { bot, told } = await start();
  const message = `(#100) ${'x'.repeat(600)} persona_id`;
  bot.emulator.fail({
    path: '/me/messages',
    error: { code: 100, message },
    times: 1,
  });
  await bot.run(async (context) => {
    await context.sendText('hi', { personaId: '123456789012345' });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(told).toHaveBeenCalledTimes(1);
});
