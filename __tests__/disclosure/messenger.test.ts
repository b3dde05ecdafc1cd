import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import Keyv from 'keyv';
import { Messenger, MessengerClient } from 'messaging-api-messenger';
import {
  HumanAgentTagError,
  InvalidProfileError,
  UnknownPageError,
  personas,
  type DisclosureAbout,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';

import {
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  startBot,
  type BotSetup,
} from '../support/bot';
import { clientFor } from '../support/clients';
import { advanceTime } from '../support/clock';
import { startEmulator } from '../support/emulator';
import { startFakeGraph } from '../support/fakeGraph';
import { createPersonas, profile } from '../support/personas';
import { alive, bodies, personaIds, shown } from '../support/emulatorState';

const DAY_MS = 24 * 60 * 60 * 1000;

const directory = {
  max: { ...profile('Max'), kind: 'bot' },
  adam: { ...profile('Adam'), kind: 'human' },
  eve: profile('Eve'),
} as const;

/** A bot whose disclosures name their moment. */
async function start(
  options: Partial<PersonasOptions> = {},
  setup: BotSetup = {},
) {
  const about: DisclosureAbout[] = [];
  const plugin = personas({
    directory,
    ...options,
    disclosure: {
      message: (given) => {
        const { context: _, ...rest } = given;
        about.push(rest);
        return `I am a bot (${given.moment})`;
      },
      ...options.disclosure,
    },
  });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  return { bot, plugin, about };
}

const say =
  (persona: string | null, ...texts: string[]) =>
  (context: PersonaContext) =>
    context.withPersona(persona, async () => {
      for (const text of texts) await context.sendText(text);
    });

describe.each([
  ['direct', {}],
  ['in batch mode', { batchDelayMs: 20 }],
] as const)('%s', (_mode, setup) => {
  test('a bot says that it is one at the start, after a person, and after a lapse', async () => {
    const { bot, about } = await start({}, setup);
    await bot.run(say('max', 'one', 'two'));
    await bot.run(say('adam', 'three'));
    await bot.run(say('max', 'four', 'five'));
    advanceTime(DAY_MS + 1);
    await bot.run(say('max', 'six'));
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Max: I am a bot (start)',
      'Max: one',
      'Max: two',
      'Adam: three',
      'Max: I am a bot (handback)',
      'Max: four',
      'Max: five',
      'Max: I am a bot (lapse)',
      'Max: six',
    ]);
    expect(about).toEqual(
      ['start', 'handback', 'lapse'].map((moment) => ({
        moment,
        persona: 'max',
        channel: 'messenger',
      })),
    );
  });

  test('messages that are not awaited come after the disclosure, in their order', async () => {
    const { bot } = await start({}, setup);
    await bot.run(async (context) => {
      context.usePersona('max');
      await Promise.all(['1', '2', '3'].map((text) => context.sendText(text)));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Max: I am a bot (start)',
      'Max: 1',
      'Max: 2',
      'Max: 3',
    ]);
  });
});

test('the Page and a persona without a kind count as the option "page" says', async () => {
  const { bot } = await start();
  await bot.run(say(null, 'one'));
  await bot.run(say('eve', 'two'));
  expect(shown(bot.emulator)).toEqual([
    'Page: I am a bot (start)',
    'Page: one',
    'Eve: two',
  ]);

  const { bot: other } = await start({ disclosure: { page: 'human' } });
  await other.run(say('eve', 'one'));
  await other.run(say('max', 'two'));
  expect(shown(other.emulator)).toEqual([
    'Eve: one',
    'Max: I am a bot (handback)',
    'Max: two',
  ]);
});

test('without a message, nothing is kept', async () => {
  const store = new Map<string, unknown>();
  const keyv = new Keyv({ store });
  const { bot } = await start({
    store: keyv,
    disclosure: { page: 'bot', message: undefined },
  });
  await bot.run(say(null, 'one'));
  expect(shown(bot.emulator)).toEqual(['Page: one']);
  expect([...store.keys()]).toEqual([]);
});

test('nothing is disclosed for sender actions, and not to others', async () => {
  const { bot } = await start();
  await bot.run(async (context) => {
    await context.typingOn();
  });
  await bot.run(say('max', 'one'));
  await bot.run(say('max', 'one'), { psid: '1002' });
  expect(shown(bot.emulator, CUSTOMER)).toEqual([
    'Page: [typing_on]',
    'Max: I am a bot (start)',
    'Max: one',
  ]);
  expect(shown(bot.emulator, '1002')).toEqual([
    'Max: I am a bot (start)',
    'Max: one',
  ]);
});

test('a message that cannot be read does not hold up the next one', async () => {
  const disclosure = { message: () => 'I am a bot' };
  const bot = await startBot({
    plugins: [personas({ directory, disclosure })],
  });
  const unreadable = {
    get quickReplies(): never {
      throw new Error('unreadable');
    },
  };
  await bot.run(async (context) => {
    const client = personas({ disclosure }).client(context.client);
    const failing = client.sendText(CUSTOMER, 'one', unreadable);
    const began = performance.now();
    const next = client.sendText(CUSTOMER, 'two');
    await expect(failing).rejects.toThrow('unreadable');
    await next;
    // Else it waits for ten seconds.
    expect(performance.now() - began).toBeLessThan(8000);
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Page: I am a bot', 'Page: two']);
});

test('null sends none, and uses the moment up', async () => {
  const message = jest.fn(() => null);
  const { bot } = await start({ disclosure: { message } });
  await bot.run(say('max', 'one', 'two'));
  expect(shown(bot.emulator)).toEqual(['Max: one', 'Max: two']);
  expect(message).toHaveBeenCalledTimes(1);
});

test('what cannot be disclosed is tried again by the next message, and the message itself goes out', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const message = jest
    .fn<unknown, []>()
    .mockImplementationOnce(() => {
      throw new Error('no words');
    })
    .mockImplementationOnce(() => Promise.reject(new Error('no words either')))
    .mockReturnValueOnce(' ')
    .mockReturnValueOnce(5)
    .mockReturnValueOnce('x'.repeat(2001))
    .mockReturnValue('I am a bot');
  const disclosure = { message: message as () => string };
  const { bot } = await start({ disclosure });
  await bot.run(say('max', '1', '2', '3', '4', '5', '6', '7'));
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual([
    'Max: 1',
    'Max: 2',
    'Max: 3',
    'Max: 4',
    'Max: 5',
    'Max: I am a bot',
    'Max: 6',
    'Max: 7',
  ]);
  const warnings = warn.mock.calls.map(([text]) => String(text));
  expect(warnings).toEqual(
    [
      'the option "disclosure.message" failed: no words.',
      'the option "disclosure.message" failed: no words either.',
      'the option "disclosure.message" returned no text.',
      // Of the longest one. The two without a text are one warning.
      'Messenger API - ',
    ].map(
      (reason) =>
        expect.stringContaining(
          `The disclosure "start" was not sent: ${reason}`,
        ) as string,
    ),
  );
  expect(warnings.join()).not.toContain(PAGE.accessToken);
});

test('a text that fails with an error of the client is reported without its token', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const { client } = await startFakeGraph(({ path }) =>
    path === `/${CUSTOMER}`
      ? {
          status: 400,
          body: { error: { message: 'Malformed access token TOKEN' } },
        }
      : { body: { id: PAGE.id, message_id: 'm_1' } },
  );
  const message = async () =>
    `Hello, ${(await client.getUserProfile(CUSTOMER)).name}`;
  const { plugin } = await start({ disclosure: { message } });
  await plugin.client(client).sendText(CUSTOMER, 'one');
  const warnings = warn.mock.calls.map(([text]) => String(text)).join();
  expect(warnings).toContain('Malformed access token [removed].');
  expect(warnings).not.toContain('TOKEN');
});

test('a file that fails while its message waits rejects the send', async () => {
  const { bot } = await start({
    disclosure: { message: () => delay(50, 'I am a bot') },
  });
  await bot.run(async (context) => {
    await context.sendImage(createReadStream('/no/such/file'));
  });
  expect(bot.errors).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
  await bot.run(say(null, 'two'));
  expect(shown(bot.emulator)).toEqual(['Page: I am a bot', 'Page: two']);
});

test('a message that is not delivered does not put off the lapse', async () => {
  const { bot } = await start();
  await bot.run(say('max', 'one'));
  advanceTime(0.9 * DAY_MS);
  bot.emulator.fail({
    method: 'POST',
    path: '/me/messages',
    times: 1,
    error: { code: 551, message: 'This person is not available right now.' },
  });
  await bot.run(say('max', 'two'));
  expect(bot.errors).toHaveLength(1);
  advanceTime(0.2 * DAY_MS);
  await bot.run(say('max', 'three'));
  expect(shown(bot.emulator).slice(-2)).toEqual([
    'Max: I am a bot (lapse)',
    'Max: three',
  ]);
});

describe('outside of events', () => {
  test('a client of plugin.client() discloses in the same conversation', async () => {
    const { bot, plugin } = await start();
    await bot.run(say('max', 'one'));
    const client = plugin.client(clientFor(bot.emulator));
    await client.as('adam').sendText(CUSTOMER, 'two');
    await client
      .as('max')
      .sendImage(CUSTOMER, profile('pear').profilePictureUrl);
    await client.as('max').sendRawBody({
      messagingType: 'UPDATE',
      recipient: { id: CUSTOMER },
      message: { text: 'four' },
    } as never);
    expect(shown(bot.emulator)).toEqual([
      'Max: I am a bot (start)',
      'Max: one',
      'Adam: two',
      'Max: I am a bot (handback)',
      'Max: [image]',
      'Max: four',
    ]);
  });

  test('clients with several tokens of a Page disclose a moment once', async () => {
    const { client: one } = await startFakeGraph(({ path }) => ({
      body: { id: PAGE.id, message_id: path },
    }));
    const texts: string[] = [];
    const two = new MessengerClient({
      accessToken: 'ANOTHER_TOKEN',
      origin: one.axios.defaults.baseURL?.replace(/\/v.*/, ''),
    });
    const { plugin } = await start({
      disclosure: { message: () => delay(20, 'I am a bot') },
      onSent: ({ message }) => texts.push(String(message.text)),
    });
    const clients = [one, two].map((client) => plugin.client(client));
    await Promise.all(clients.map((client) => client.sendText(CUSTOMER, 'hi')));
    expect(texts).toEqual(['I am a bot', 'hi', 'hi']);
  });

  const BUTTON = { type: 'postback', title: 'Yes', payload: 'YES' } as const;
  const MESSAGE = { text: 'two' };

  test.each<
    [string, (client: MessengerClient, options: object) => Promise<unknown>]
  >([
    [
      'sendText',
      (client, options) => client.sendText(CUSTOMER, 'two', options),
    ],
    [
      'sendMessage',
      (client, options) => client.sendMessage(CUSTOMER, MESSAGE, options),
    ],
    [
      'sendButtonTemplate',
      (client, options) =>
        client.sendButtonTemplate(CUSTOMER, 'two', [BUTTON], options),
    ],
    [
      'sendRawBody',
      (client, options) =>
        client.sendRawBody({
          recipient: { id: CUSTOMER },
          message: MESSAGE,
          ...options,
        } as never),
    ],
    [
      'sendRawBody in snake case',
      (client, { messagingType, ...options }: { messagingType?: string }) =>
        client.sendRawBody({
          recipient: { id: CUSTOMER },
          message: MESSAGE,
          messaging_type: messagingType,
          ...options,
        } as never),
    ],
  ])(
    'a disclosure before %s has the tag and the token of its message, and nothing else of it',
    async (_method, send) => {
      const { bot, plugin } = await start({}, { skipAppSecretProof: true });
      await bot.say('hello', { pageId: OTHER_PAGE.id });
      const { accessToken } = PAGE;
      const { origin } = bot.emulator;
      const client = plugin.client(
        new MessengerClient({ accessToken, origin }),
      );
      await send(client.as('max') as unknown as MessengerClient, {
        messagingType: 'MESSAGE_TAG',
        tag: 'CUSTOMER_FEEDBACK',
        accessToken: OTHER_PAGE.accessToken,
        notificationType: 'NO_PUSH',
      });
      const [disclosed, sent] = await bodies(bot.emulator, 'POST /me/messages');
      const { message, notification_type: type, ...envelope } = sent ?? {};
      expect(type).toBe('NO_PUSH');
      expect(JSON.stringify(message)).toContain('"two"');
      expect(envelope).toMatchObject({
        messaging_type: 'MESSAGE_TAG',
        tag: 'CUSTOMER_FEEDBACK',
        recipient: { id: CUSTOMER },
        persona_id: personaIds(bot.emulator, 'Max', OTHER_PAGE)[0],
      });
      expect(disclosed).toEqual({
        ...envelope,
        message: { text: 'I am a bot (start)' },
      });
    },
  );

  test('a disclosure comes before a form, whose file is uploaded for the persona', async () => {
    const { bot, plugin } = await start();
    await bot.run(say('adam', 'one'));
    const form = Messenger.createImageFormData(Buffer.from('x'), {
      filename: 'a.png',
    } as never);
    await plugin
      .client(clientFor(bot.emulator))
      .as('max')
      .sendMessageFormData(CUSTOMER, form);
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Max: I am a bot (handback)',
      'Max: [image]',
    ]);
  });

  test.each([{ userRef: 'r' }, { commentId: 'c' }, { phoneNumber: '+1' }])(
    'nothing is disclosed to %j, who is nobody known',
    async (recipient) => {
      const { plugin } = await start();
      const { client, bodies: sent } = await startFakeGraph([{}]);
      await plugin.client(client).sendText(recipient, 'one');
      expect(sent).toEqual([expect.stringContaining('"one"')]);
    },
  );

  test('record() says that a person spoke, and forget() that nothing is known', async () => {
    const { bot, plugin } = await start();
    const client = clientFor(bot.emulator);
    await bot.run(say('max', 'one'));
    await plugin.conversations.record(client, CUSTOMER, 'human');
    await bot.run(say('max', 'two'));
    await plugin.conversations.forget(plugin.client(client), CUSTOMER);
    await bot.run(say('max', 'three'));
    expect(shown(bot.emulator)).toEqual([
      'Max: I am a bot (start)',
      'Max: one',
      'Max: I am a bot (handback)',
      'Max: two',
      'Max: I am a bot (start)',
      'Max: three',
    ]);
    await expect(
      plugin.conversations.record({}, CUSTOMER, 'human'),
    ).rejects.toThrow(TypeError);
    await expect(
      plugin.conversations.record(client, CUSTOMER, 'robot' as never),
    ).rejects.toThrow("'human' or 'bot'");
  });

  test('a person who speaks while Messenger does not say on which Page is known to the Page', async () => {
    const emulator = await startEmulator();
    const { Adam: id = '' } = await createPersonas(emulator, ['Adam']);
    const adam = { id, kind: 'human' } as const;
    const { bot, plugin } = await start({ directory: { adam } }, { emulator });
    await bot.run(say(null, 'one'));
    emulator.fail({ method: 'GET', path: '/me', status: 500 });
    const client = plugin.client(clientFor(bot.emulator));
    await client.as('adam').sendText(CUSTOMER, 'two');
    await bot.run(say(null, 'three'));
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: I am a bot (start)',
      'Page: one',
      'Adam: two',
      'Page: I am a bot (handback)',
      'Page: three',
    ]);
  });

  test('record() and forget() reject where Messenger does not say which Page it is about', async () => {
    const { plugin } = await start();
    const { client } = await startFakeGraph([
      { status: 400, body: { error: { code: 190, message: 'expired' } } },
    ]);
    const { conversations } = plugin;
    await expect(
      conversations.record(client, CUSTOMER, 'human'),
    ).rejects.toThrow(UnknownPageError);
    await expect(conversations.forget(client, CUSTOMER)).rejects.toThrow(
      UnknownPageError,
    );
    // What is wrong in the call itself is said first.
    await expect(
      conversations.record(client, CUSTOMER, 'robot' as never),
    ).rejects.toThrow("'human' or 'bot'");
  });
});

describe('the echo of a message', () => {
  const echo = (app_id?: number) => ({
    sender: { id: PAGE.id },
    recipient: { id: CUSTOMER },
    message: {
      mid: 'm_other',
      is_echo: true,
      text: 'Hello',
      ...(app_id && { app_id }),
    },
  });
  test.each([
    ['of the inbox', 263902037430900, true],
    ['of another app', 77, true],
    ['without an app', undefined, true],
    ['of this bot', 1, false],
  ])('%s', async (_whose, appId, isHuman) => {
    const { bot } = await start();
    await bot.run(say('max', 'one'));
    await bot.runHere(() => undefined, PAGE.id, echo(appId));
    await bot.run(say('max', 'two'));
    expect(shown(bot.emulator)).toEqual([
      'Max: I am a bot (start)',
      'Max: one',
      ...(isHuman ? ['Max: I am a bot (handback)'] : []),
      'Max: two',
    ]);
  });
});

test('the echo of a message that this process has sent is not a person’s', async () => {
  const { bot } = await start();
  const echo = (mid?: string) =>
    bot.runHere(() => undefined, PAGE.id, {
      sender: { id: PAGE.id },
      recipient: { id: CUSTOMER },
      message: { mid, is_echo: true, text: 'one' },
    });
  await bot.run(say('max', 'one'));
  const entries = bot.emulator.state().conversations[0]?.entries ?? [];
  await echo(entries.at(-1)?.mid);
  await bot.run(say('max', 'two'));
  expect(shown(bot.emulator)).toEqual([
    'Max: I am a bot (start)',
    'Max: one',
    'Max: two',
  ]);
});

describe('the tag HUMAN_AGENT', () => {
  const tagged = { messagingType: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } as never;
  const send = (persona: string | null) => async (context: PersonaContext) => {
    await context.withPersona(persona, () => context.sendText('one', tagged));
  };

  test.each([
    ['max', undefined, true],
    ['adam', undefined, false],
    ['eve', undefined, false],
    [null, undefined, false],
    // The directory knows the ID of a bot.
    ['7', undefined, true],
    [null, { lapseMs: DAY_MS }, false],
    [null, { page: 'bot' as const }, true],
    [null, { page: 'human' as const }, false],
    ['eve', { page: 'bot' as const }, false],
  ])('as %s with disclosure %j', async (persona, disclosure, isRejected) => {
    const otto = { ...directory.max, name: 'Otto', id: '7' };
    const plugin = personas({
      directory: { ...directory, otto },
      ...(disclosure && { disclosure }),
    });
    for (const setup of [{}, { batchDelayMs: 5 }]) {
      const bot = await startBot({ ...setup, plugins: [plugin] });
      await bot.run(send(persona));
      expect(
        bot.errors.map((error) => error instanceof HumanAgentTagError),
      ).toEqual(isRejected ? [true] : []);
      expect(shown(bot.emulator)).toHaveLength(isRejected ? 0 : 1);
      if (isRejected) expect(alive(bot.emulator)).toEqual([]);
    }
  });

  test('names the bot whose persona could not be created', async () => {
    const bot = await startBot({ plugins: [personas({ onRefused() {} })] });
    bot.emulator.fail({ method: 'POST', path: '/me/personas', status: 400 });
    await bot.run((context) =>
      context.withEphemeralPersona(directory.max, async () => {
        await expect(context.sendText('hi', tagged)).rejects.toThrow(
          'the persona "Max" is of the kind \'bot\'',
        );
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([]);
  });

  test('is checked where the directory has the ID of a bot, and no one else', async () => {
    const emulator = await startEmulator();
    const { Max } = await createPersonas(emulator, ['Max']);
    const max = { ...directory.max, id: Max };
    const plugin = personas({ directory: { max } });
    const bot = await startBot({ emulator, plugins: [plugin] });
    await bot.run(send(Max));
    expect(bot.errors).toEqual([expect.any(HumanAgentTagError)]);
    expect(shown(emulator)).toEqual([]);
  });

  test('is not checked on sender actions', async () => {
    const bot = await startBot({ plugins: [personas({ directory })] });
    await bot.run(async (context) => {
      await context.as('max').typingOn(tagged);
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Max: [typing_on]']);
  });
});

describe('the label', () => {
  const label = ({ name }: { name: string }) => `${name} · AI`;

  test('is in the name of a bot’s persona, and in no other', async () => {
    const plugin = personas({ directory, disclosure: { label } });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run(async (context) => {
      await say('max', 'one')(context);
      await say('adam', 'two')(context);
      const guest = { ...directory.max, name: 'x'.repeat(50) };
      await context.withEphemeralPersona(guest, (persona) => {
        expect(persona.name).toBe(guest.name);
        return context.sendText('three');
      });
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Max · AI: one',
      'Adam: two',
      `${'x'.repeat(44)}… · AI: three`,
    ]);
  });

  test('that leaves no room for a name is refused at once', async () => {
    const disclosure = { label: () => 'x'.repeat(51) };
    expect(() => personas({ directory, disclosure })).toThrow(
      InvalidProfileError,
    );
    const bot = await startBot({ plugins: [personas({ disclosure })] });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(directory.max, () => undefined);
    });
    expect(bot.errors).toEqual([expect.any(InvalidProfileError)]);
    expect(await bodies(bot.emulator, 'POST /me/personas')).toEqual([]);
  });

  test('may cut a name anywhere: half a character is not shown', async () => {
    const half = ({ name }: { name: string }) => `${name.slice(0, 5)}\n· AI`;
    const disclosure = { label: half };
    const bot = await startBot({ plugins: [personas({ disclosure })] });
    const guest = { ...directory.max, name: 'Pear🍐🍐' };
    await bot.run(async (context) => {
      await context.withEphemeralPersona(guest, () => context.sendText('hi'));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Pear· AI: hi']);
  });

  test('must not make two names the same', () => {
    const disclosure = { label: () => 'AI' };
    const other = { ...directory.max, name: 'Other' };
    expect(() =>
      personas({ directory: { max: directory.max, other }, disclosure }),
    ).toThrow('is shown under the same name as the entry');
  });
});
