import { LineClient } from 'messaging-api-line';
import { SlackOAuthClient } from 'messaging-api-slack';
import {
  TelegramClient,
  TwilioClient,
  type LineContext,
  type TelegramContext,
} from 'bottender';
import {
  personas,
  type PersonaContext,
  type PersonasOptions,
  type SentMessage,
} from 'bottender-persona';

import { PAGE, SEND_MODES, startBot, type BotSetup } from '../support/bot';
import { LINE_MESSAGES } from '../channels/channelMessages';
import {
  CHANNEL_NAMES,
  FIXTURES,
  startOn,
  startPlatform,
  type ChannelName,
  type ChannelSetup,
  type Recorded,
} from '../support/channels';
import { methodAt } from '../support/clients';
import { advanceTime } from '../support/clock';
import { shown } from '../support/emulatorState';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const DAY_MS = 24 * 60 * 60 * 1000;

const directory = {
  max: { ...profile('Max'), kind: 'bot' },
  adam: { ...profile('Adam'), kind: 'human' },
} as const;

const options: PersonasOptions = {
  directory,
  signText: (text, { name }) => `${name}: ${text}`,
  disclosure: {
    label: ({ name }) => `${name} · AI`,
    message: ({ moment }) => `I am a bot (${moment})`,
  },
};

/** The texts that a platform got, each with the name that it shows. */
function textsOn(channel: ChannelName, received: Recorded[]): string[] {
  return received
    .flatMap(({ body }) => FIXTURES[channel].shown(body))
    .map(({ name, text }) => (name === undefined ? text : `${name}: ${text}`));
}

const onLine = (request: Recorded) => textsOn('line', [request]);

const TALK = [
  'Max · AI: I am a bot (start)',
  'Max · AI: one',
  'Max · AI: two',
  'Adam: three',
  'Max · AI: I am a bot (handback)',
  'Max · AI: four',
  'Max · AI: I am a bot (lapse)',
  'Max · AI: five',
];

/** A bot, and what its platform has got: `'Adam: three'`. */
interface Place {
  run(action: (context: PersonaContext) => unknown): Promise<unknown>;
  texts(): string[];
  readonly errors: unknown[];
}
type Plugin = ReturnType<typeof personas>;

async function onChannel(
  channel: ChannelName,
  setup: ChannelSetup,
  plugin: Plugin,
): Promise<Place> {
  const bot = await startOn(channel, { ...setup, plugins: [plugin] });
  const received: Recorded[] = [];
  return {
    run: async (action) => received.push(...(await bot.run(action))),
    texts: () => textsOn(channel, received),
    errors: bot.errors,
  };
}

async function onMessenger(setup: BotSetup, plugin: Plugin): Promise<Place> {
  const bot = await startBot({ ...setup, plugins: [plugin] });
  const run: Place['run'] = (action) =>
    bot.run(async (context) => void (await action(context)));
  return { run, texts: () => shown(bot.emulator), errors: bot.errors };
}

describe.each<[string, string, (plugin: Plugin) => Promise<Place>]>([
  ...SEND_MODES.map(
    ([mode, setup]): [string, string, (plugin: Plugin) => Promise<Place>] => [
      `Messenger, ${mode}`,
      'messenger',
      (plugin) => onMessenger(setup, plugin),
    ],
  ),
  ...CHANNEL_NAMES.map(
    (channel): [string, string, (plugin: Plugin) => Promise<Place>] => [
      FIXTURES[channel].title,
      channel,
      (plugin) => onChannel(channel, { sendMethod: 'push' }, plugin),
    ],
  ),
  ...(['push', 'reply'] as const).map(
    (sendMethod): [string, string, (plugin: Plugin) => Promise<Place>] => [
      `LINE, by ${sendMethod} in batch mode`,
      'line',
      (plugin) => onChannel('line', { sendMethod, shouldBatch: true }, plugin),
    ],
  ),
])('on %s', (_name, channel, start) => {
  test('the same conversation discloses the same, and onSent is told of it', async () => {
    const sent: SentMessage[] = [];
    const onSent = (message: SentMessage) => void sent.push(message);
    const bot = await start(personas({ ...options, onSent }));
    await bot.run(async (context) => {
      await context.withPersona('max', async () => {
        await context.sendText('one');
        await context.sendText('two');
      });
      await context.withPersona('adam', () => context.sendText('three'));
    });
    const sayAsBot = (text: string) => (context: PersonaContext) =>
      context.withPersona('max', () => context.sendText(text));
    await bot.run(sayAsBot('four'));
    advanceTime(DAY_MS + 1);
    await bot.run(sayAsBot('five'));
    expect(bot.errors).toEqual([]);
    expect(bot.texts()).toEqual(TALK);
    await new Promise(setImmediate);
    expect(
      sent.map(({ kind, persona, decidedBy, disclosure }) => [
        ...[persona, kind, decidedBy, disclosure],
      ]),
    ).toEqual([
      ['max', 'bot', 'withPersona', 'start'],
      ['max', 'bot', 'withPersona', undefined],
      ['max', 'bot', 'withPersona', undefined],
      ['adam', 'human', 'withPersona', undefined],
      ['max', 'bot', 'withPersona', 'handback'],
      ['max', 'bot', 'withPersona', undefined],
      ['max', 'bot', 'withPersona', 'lapse'],
      ['max', 'bot', 'withPersona', undefined],
    ]);
    expect(sent.map(({ name }) => name)).toEqual(
      TALK.map((text) => text.replace(/: .*/, '')),
    );
    const [first] = sent;
    const isMessenger = channel === 'messenger';
    expect(first).toMatchObject({
      channel,
      account: isMessenger ? PAGE.id : null,
      personaId: isMessenger
        ? (expect.stringMatching(/^\d+$/) as string)
        : null,
      messageId: expect.any(String) as string,
      recipient: expect.any(String) as string,
    });
    expect(JSON.stringify(first?.message)).toContain('I am a bot (start)');
    expect(JSON.stringify(sent)).not.toMatch(/TOKEN|SECRET/);
  });
});

describe('a sender of the bot’s own', () => {
  const OWN = { name: 'Own' };
  const sends: [
    string,
    Parameters<typeof startOn>[0],
    (context: Record<string, (...args: unknown[]) => unknown>) => unknown,
  ][] = [
    ['a reply on LINE', 'line', (c) => c.replyText?.('one', { sender: OWN })],
    ['a push on LINE', 'line', (c) => c.pushText?.('one', { sender: OWN })],
    ['Viber', 'viber', (c) => c.sendText?.('one', { sender: OWN })],
    [
      'Slack',
      'slack',
      (c) => c.postMessage?.('one', { username: 'Own', iconEmoji: ':own:' }),
    ],
  ];

  test.each(sends)('discloses, too: %s', async (_what, channel, send) => {
    const sent: SentMessage[] = [];
    const onSent = (message: SentMessage) => void sent.push(message);
    const plugin = personas({ ...options, onSent });
    const bot = await startOn(channel, { plugins: [plugin] });
    const received = await bot.run(async (context: PersonaContext) => {
      await send(context as never);
    });
    expect(bot.errors).toEqual([]);
    expect(textsOn(channel, received)).toEqual([
      'Own: I am a bot (start)',
      'Own: one',
    ]);
    const icons = received.map(({ body }) => body.icon_emoji);
    expect(new Set(icons).size).toBe(1);
    await new Promise(setImmediate);
    expect(
      sent.map(({ persona, name, decidedBy }) => [persona, name, decidedBy]),
    ).toEqual([
      [null, 'Own', 'personaId'],
      [null, 'Own', 'personaId'],
    ]);
  });
});

test('what has no text on WhatsApp has none as a persona either', async () => {
  const platform = await startPlatform('whatsapp');
  const { origin } = platform;
  const account = { accountSid: 'AC1', authToken: 'T', phoneNumber: '+1' };
  const client = personas({ directory }).client(
    new TwilioClient({ ...account, origin }),
  );
  const template = { to: '+2', contentSid: 'HX1', personaId: 'max' } as never;
  await client.createMessage(template);
  expect(platform.received.map(({ body }) => body)).toEqual([
    { To: '+2', From: '+1', ContentSid: 'HX1' },
  ]);
});

test('a disclosure on WhatsApp is sent by the messaging service of its message', async () => {
  const { origin, received } = await startPlatform('whatsapp');
  const account = { accountSid: 'AC1', authToken: 'T', phoneNumber: '+1' };
  const client = personas(options).client(
    new TwilioClient({ ...account, origin }),
  );
  const template = { to: '+2', messagingServiceSid: 'MG1', contentSid: 'HX1' };
  await client.as('max').createMessage(template as never);
  expect(received.map(({ body }) => body)).toMatchObject([
    { MessagingServiceSid: 'MG1', Body: 'Max · AI: I am a bot (start)' },
    { MessagingServiceSid: 'MG1', ContentSid: 'HX1' },
  ]);
});

describe('a reply on LINE', () => {
  test.each([false, true])(
    'has the disclosure as its first message, batch mode: %s',
    async (shouldBatch) => {
      const sent: SentMessage[] = [];
      const onSent = (message: SentMessage) => void sent.push(message);
      const plugin = personas({ ...options, onSent });
      const bot = await startOn('line', { shouldBatch, plugins: [plugin] });
      const received = await bot.run(
        async (context: PersonaContext<LineContext>) => {
          await context.withPersona('max', () => context.replyText('one'));
        },
      );
      expect(bot.errors).toEqual([]);
      expect(received.map(({ path }) => path)).toEqual([
        '/v2/bot/message/reply',
      ]);
      expect(received.flatMap(onLine)).toEqual([
        'Max · AI: I am a bot (start)',
        'Max · AI: one',
      ]);
      await new Promise(setImmediate);
      expect(sent).toHaveLength(2);
    },
  );

  test('that is full follows a push', async () => {
    const bot = await startOn('line', { plugins: [personas(options)] });
    const five = ['1', '2', '3', '4', '5'];
    const received = await bot.run(
      async (context: PersonaContext<LineContext>) => {
        await context.withPersona('max', () =>
          context.reply(five.map((text) => ({ type: 'text', text }))),
        );
      },
    );
    expect(bot.errors).toEqual([]);
    expect(received.map(({ path }) => path)).toEqual([
      '/v2/bot/message/push',
      '/v2/bot/message/reply',
    ]);
    expect(received.flatMap(onLine)).toEqual([
      'Max · AI: I am a bot (start)',
      ...five.map((text) => `Max · AI: ${text}`),
    ]);
  });

  test('discloses after a person in the same request', async () => {
    const bot = await startOn('line', {
      shouldBatch: true,
      plugins: [personas(options)],
    });
    const received = await bot.run(
      async (context: PersonaContext<LineContext>) => {
        await context.withPersona('adam', () => context.replyText('one'));
        await context.withPersona('max', () => context.replyText('two'));
      },
    );
    expect(bot.errors).toEqual([]);
    expect(received.map(onLine)).toEqual([
      ['Adam: one', 'Max · AI: I am a bot (handback)', 'Max · AI: two'],
    ]);
  });

  test('goes out without a text that LINE refuses, which is tried again', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const answer = ({ body }: Recorded) =>
      JSON.stringify(body).includes('I am a bot (start)')
        ? { status: 400, body: { message: 'The request body has 1 error(s)' } }
        : undefined;
    const plugin = personas(options);
    const bot = await startOn('line', { plugins: [plugin], answer });
    const reply = async (context: PersonaContext<LineContext>) => {
      await context.withPersona('max', () => context.replyText('one'));
    };
    const received = await bot.run(reply);
    expect(bot.errors).toEqual([]);
    expect(received.map(onLine)).toEqual([
      ['Max · AI: I am a bot (start)', 'Max · AI: one'],
      ['Max · AI: one'],
    ]);
    expect(warn).toHaveBeenCalledTimes(1);
    const again = await bot.run(reply);
    expect(again.map(onLine)).toEqual(received.map(onLine));
  });
});

describe('a push of one message by a client of LINE', () => {
  const start = async (
    answer?: (
      request: Recorded,
    ) => { status: number; body: object } | undefined,
  ) => {
    const { origin, received } = await startPlatform('line', answer);
    const line = new LineClient({
      accessToken: 'TOKEN',
      channelSecret: 'SECRET',
      origin,
    });
    return { line, received };
  };
  type Push = (to: string, ...args: unknown[]) => Promise<unknown>;
  const push = (client: object, kind: string, args: unknown[]) =>
    (Reflect.get(client, `push${kind}`) as Push).call(client, 'U1', ...args);

  test.each(Object.entries(LINE_MESSAGES))(
    'push%s has the disclosure in the same request',
    async (kind, args) => {
      const { line, received } = await start();
      const given =
        kind === '' ? args : [...args, { quickReply: { items: [] } }];
      await push(line, kind, given);
      await push(personas(options).client(line).as('max'), kind, given);
      const [alone, disclosed, ...more] = received.map(
        ({ body }) => body.messages as object[],
      );
      expect(more).toEqual([]);
      const sender = {
        name: 'Max · AI',
        iconUrl: directory.max.profilePictureUrl,
      };
      expect(disclosed).toEqual(
        [{ type: 'text', text: 'I am a bot (start)' }, ...(alone ?? [])].map(
          (message) => ({ ...message, sender }),
        ),
      );
    },
  );

  test.each([
    ['request', { message: 'The request body has 1 error(s)' }],
    ['sender', { message: 'sender.name length is invalid' }],
  ])(
    'goes out alone, or without its sender, after LINE has refused the %s',
    async (what, body) => {
      jest.spyOn(process, 'emitWarning').mockImplementation();
      const { line, received } = await start((request) => {
        const text = JSON.stringify(request.body);
        const isRefused =
          what === 'sender' ? text.includes('"sender"') : text.includes('I am');
        return isRefused ? { status: 400, body } : undefined;
      });
      await push(
        personas({ ...options, disclosure: { message: () => 'I am' } })
          .client(line)
          .as('max'),
        'Text',
        ['one'],
      );
      expect(received.map(({ path }) => path)).toEqual(
        Array(2).fill('/v2/bot/message/push'),
      );
      expect(received.map(onLine).at(-1)).toEqual(
        what === 'sender' ? ['Max: I am', 'Max: one'] : ['Max: one'],
      );
    },
  );
});

test('calls with many recipients carry the persona and disclose nothing', async () => {
  const { origin, received } = await startPlatform('line');
  const line = new LineClient({
    accessToken: 'TOKEN',
    channelSecret: 'SECRET',
    origin,
  });
  const client = personas(options).client(line).as('max');
  await client.multicastText(['U1', 'U2'], 'one');
  await client.replyText('TOKEN', 'two');
  await client.pushText('U1', 'three');
  expect(received.flatMap(onLine)).toEqual([
    'Max · AI: one',
    'Max · AI: two',
    'Max · AI: I am a bot (start)',
    'Max · AI: three',
  ]);
});

test('a disclosure on Telegram is in the topic of its message', async () => {
  const bot = await startOn('telegram', { plugins: [personas(options)] });
  const received = await bot.run(
    async (context: PersonaContext<TelegramContext>) => {
      const topic = { messageThreadId: 5 } as never;
      await context.as('max').sendPhoto('https://example.com/a.png', topic);
    },
  );
  expect(bot.errors).toEqual([]);
  expect(received.map(({ body }) => body)).toEqual([
    { chat_id: 7, text: 'Max · AI: I am a bot (start)', message_thread_id: 5 },
    { chat_id: 7, photo: 'https://example.com/a.png', message_thread_id: 5 },
  ]);
});

test.each([
  ['sendGame', ['chess']],
  ['sendDice', []],
])(
  'a disclosure on Telegram before %s is in its topic, which the last argument names',
  async (method, content) => {
    const called = jest.fn((..._args: unknown[]) => Promise.resolve());
    const given = { sendMessage: called, [method]: called };
    const client = personas(options).client(given, { channel: 'telegram' });
    const send = methodAt(client.as('max'), method);
    await send(7, ...content, { messageThreadId: 5, personaId: 'max' });
    expect(called.mock.calls).toEqual([
      [7, 'Max · AI: I am a bot (start)', { messageThreadId: 5 }],
      [7, ...content, { messageThreadId: 5 }],
    ]);
  },
);

test.each([
  ['to one person', 'postEphemeral', { user: 'U1' }, { user: 'U1' }],
  ['in a thread', 'postMessage', { threadTs: '9' }, { thread_ts: '9' }],
] as const)(
  'a disclosure on Slack goes where its message does: %s',
  async (_where, method, target, body) => {
    const { origin, received } = await startPlatform('slack');
    const slack = new SlackOAuthClient({ accessToken: 'xoxb-1', origin });
    const { chat } = personas(options).client(slack).as('max');
    const message = { channel: 'C1', text: 'one', ...target };
    await chat[method](message as never);
    expect(received).toMatchObject(
      ['I am a bot (start)', 'one'].map((text) => ({
        path: `/api/chat.${method}`,
        body: { channel: 'C1', text, ...body },
      })),
    );
  },
);

test('record() takes the number of a chat on Telegram, as the client does', async () => {
  const { origin, received } = await startPlatform('telegram');
  const telegram = new TelegramClient({ accessToken: 'TOKEN', origin });
  const plugin = personas(options);
  await plugin.conversations.record(telegram, 7, 'human');
  await plugin.client(telegram).as('max').sendMessage('7', 'one');
  expect(textsOn('telegram', received)).toEqual([
    'Max · AI: I am a bot (handback)',
    'Max · AI: one',
  ]);
});

test('a photo on Telegram is a message too', async () => {
  const bot = await startOn('telegram', { plugins: [personas(options)] });
  const received = await bot.run(async (context: PersonaContext) => {
    const photo = context as unknown as {
      sendPhoto(id: string): Promise<unknown>;
    };
    await context.withPersona('max', () => photo.sendPhoto('p1'));
  });
  expect(textsOn('telegram', received)).toEqual([
    'Max · AI: I am a bot (start)',
    'photo',
  ]);
});
