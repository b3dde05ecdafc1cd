import { Readable } from 'node:stream';

import { Messenger } from 'messaging-api-messenger';
import {
  LineContext,
  type LineClient,
  type SlackContext,
  type SlackOAuthClient,
  type TelegramContext,
  type ViberContext,
} from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { line } from '../../src/channels/line';
import { shownName } from '../../src/shownName';
import { slack } from '../../src/channels/slack';
import { CUSTOMER, startWrittenTo } from '../support/bot';
import {
  FIXTURES,
  startOn,
  startPlatform,
  type ChannelName,
  type Recorded,
} from '../support/channels';
import { clientFor, methodAt } from '../support/clients';
import { bodies, shown } from '../support/emulatorState';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Line = PersonaContext<LineContext>;

const directory = { adam: profile('Adam') };
const MINE = { name: 'Me', iconUrl: 'https://example.com/me.png' };
const asAdam = () => personas({ directory, initialPersona: 'adam' });

/** Who is shown with each message that came to LINE. */
const onLine = (sent: Recorded[]) =>
  sent.flatMap(({ body }) =>
    (body.messages as { sender?: { name: string } }[]).map(
      ({ sender }) => sender?.name,
    ),
  );

describe('a sender that the caller passes is kept', () => {
  test('on LINE, and the next message has the active persona', async () => {
    const bot = await startOn('line', {
      plugins: [asAdam()],
      sendMethod: 'push',
    });
    const columns = [{ text: 'Pear', actions: [] }];
    const sent = await bot.run(async (context: Line) => {
      await context.pushText('one', { sender: MINE });
      await context.push([
        { type: 'text', text: 'two', sender: MINE } as never,
        { type: 'text', text: 'three' },
      ]);
      await context.sendText('four', { sender: MINE });
      // Bottender leaves this one out of what it makes of the options.
      await context.pushCarouselTemplate('five', columns, {
        sender: MINE,
      });
      await context.pushText('six');
    });
    expect(bot.errors).toEqual([]);
    expect(onLine(sent)).toEqual(['Me', 'Me', 'Adam', 'Me', 'Me', 'Adam']);
  });

  test('on LINE by a client, whose own carousels have none', async () => {
    const { origin, received } = await startPlatform('line');
    const given = FIXTURES.line.client(origin) as LineClient;
    const client = asAdam().client(given);
    const columns = [{ text: 'Pear', actions: [] }];
    const options = { sender: MINE } as never;
    await client.as('adam').pushCarouselTemplate('U1', 'one', columns, options);
    await client.withPersona('adam', async () => {
      await client.pushText('U1', 'two', options);
      await client.pushCarouselTemplate('U1', 'three', columns, options);
    });
    expect(onLine(received)).toEqual(['Me', 'Me', 'Me']);
  });

  test('on Slack, and the plugin adds nothing to it', async () => {
    const bot = await startOn('slack', { plugins: [asAdam()] });
    const sent = await bot.run(
      async ({ chat }: PersonaContext<SlackContext>) => {
        await chat.postMessage({ text: 'one', username: 'Me' });
        await chat.postMessage({ text: 'two' });
      },
    );
    expect(bot.errors).toEqual([]);
    const [one, two] = sent.map(({ body }) => body);
    expect(one).toMatchObject({ text: 'one', username: 'Me' });
    expect(JSON.stringify(one)).not.toContain(
      profile('Adam').profilePictureUrl,
    );
    expect(two).toMatchObject({ text: 'two', username: 'Adam' });
  });

  test('on Slack, a speaker has the methods that `chat` has at that time', async () => {
    const post = jest.fn();
    const plugin = personas({ directory });
    const bot = await startOn('slack', {
      plugins: [
        (context) => plugin(Object.assign(context, { chat: {} })),
        ({ chat }: SlackContext) => Object.assign(chat, { postMessage: post }),
      ],
    });
    await bot.run(async (context: PersonaContext<SlackContext>) => {
      const { chat, ...others } = context.as('adam');
      await chat.postMessage({ text: 'hi' });
      expect(Object.keys(chat)).toEqual(['postMessage']);
      expect(Object.keys(others).join()).not.toMatch(/[._]/);
    });
    expect(bot.errors).toEqual([]);
    expect(post.mock.calls).toEqual([[{ text: 'hi' }]]);
  });

  test('on Slack, nested methods of `chat` are the same object each time', async () => {
    const bot = await startOn('slack', { plugins: [asAdam()] });
    await bot.run(({ chat }: PersonaContext<SlackContext>) => {
      expect(chat.scheduledMessages).toBe(chat.scheduledMessages);
      expect(chat.scheduledMessages.list).toBe(chat.scheduledMessages.list);
    });
    expect(bot.errors).toEqual([]);
  });

  test("a method of a Slack client's `chat` can be replaced, and speakers call the new one", async () => {
    const given = FIXTURES.slack.client(
      'http://127.0.0.1:9',
    ) as SlackOAuthClient;
    const client = asAdam().client(given);
    const post = jest.spyOn(client.chat, 'postMessage');
    post.mockResolvedValue({} as never);
    const message = { channel: 'C1', text: 'hi' };
    await client.chat.postMessage(message);
    await client.as('adam').chat.postMessage(message);
    expect(post.mock.calls).toEqual([[message], [message]]);
  });

  test('on Slack, views carry no persona', async () => {
    const bot = await startOn('slack', { plugins: [asAdam()] });
    const view = { triggerId: 'T', view: '{}', personaId: 'adam' };
    const [opened] = await bot.run(({ views }: PersonaContext<SlackContext>) =>
      views.open(view as never),
    );
    expect(bot.errors).toEqual([]);
    expect(opened?.body).toMatchObject({ trigger_id: 'T' });
    expect(JSON.stringify(opened?.body)).not.toMatch(/persona|username/i);
  });

  test('on Slack, messages are sent if the client has no views', async () => {
    const plugin = asAdam();
    const bot = await startOn('slack', {
      plugins: [(context) => plugin(Object.assign(context, { views: null }))],
    });
    const [sent] = await bot.run((context: PersonaContext<SlackContext>) =>
      context.sendText('hi'),
    );
    expect(bot.errors).toEqual([]);
    expect(sent?.body).toMatchObject({ username: 'Adam' });
  });

  test.each(['iconUrl', 'icon_url'])(
    'on Slack, the caller’s picture may be given as %s',
    async (key) => {
      const bot = await startOn('slack', { plugins: [asAdam()] });
      const icon = { [key]: MINE.iconUrl };
      const sent = await bot.run(
        async (context: PersonaContext<SlackContext>) => {
          await context.chat.postMessage({ text: 'one', ...icon });
          await context.postMessage('two', icon);
        },
      );
      expect(bot.errors).toEqual([]);
      expect(sent).toHaveLength(2);
      for (const { body } of sent) {
        expect(body).toMatchObject({
          username: 'Adam',
          icon_url: MINE.iconUrl,
        });
      }
    },
  );

  test('on Viber', async () => {
    const bot = await startOn('viber', { plugins: [asAdam()] });
    const sent = await bot.run(
      async (context: PersonaContext<ViberContext>) => {
        await context.sendText('one', { sender: { name: 'Me' } });
        await context.sendText('two');
      },
    );
    expect(bot.errors).toEqual([]);
    expect(sent.map(({ body }) => (body.sender as object) ?? null)).toEqual([
      { name: 'Me' },
      { name: 'Adam', avatar: profile('Adam').profilePictureUrl },
    ]);
  });
});

test('a message object that was sent without a persona can be sent again with one', async () => {
  const bot = await startOn('line', {
    plugins: [personas({ directory })],
    sendMethod: 'push',
  });
  const message = { type: 'text', text: 'hi' } as const;
  const sent = await bot.run(async (context: Line) => {
    await context.push([message]);
    await context.withPersona('adam', () => context.push([message]));
    await context.push([message]);
  });
  expect(onLine(sent)).toEqual([undefined, 'Adam', undefined]);
  expect(message).toEqual({ type: 'text', text: 'hi' });
});

/** A bot's own class of messages, and one that says itself what is sent. */
class Own {
  constructor(fields: object) {
    Object.assign(this, fields);
  }

  describe() {
    return 'not sent';
  }
}
class WithJson {
  readonly #fields: object;

  constructor(fields: object) {
    this.#fields = fields;
  }

  toJSON() {
    return this.#fields;
  }
}

describe.each([
  ['a class', Own],
  ['a class with toJSON', WithJson],
])(
  'a message that is an instance of %s is sent whole, as its speaker',
  (_name, Message) => {
    const text = new Message({ type: 'text', text: 'hi' }) as never;

    test.each([false, true])(
      'on LINE, in batch mode: %s',
      async (shouldBatch) => {
        const bot = await startOn('line', { shouldBatch, plugins: [asAdam()] });
        const sent = await bot.run(async (context: Line) => {
          await context.reply([text, { type: 'text', text: 'two' }]);
        });
        expect(bot.errors).toEqual([]);
        expect(onLine(sent)).toEqual(['Adam', 'Adam']);
        expect(sent[0]?.body.messages).toMatchObject([
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'two' },
        ]);
      },
    );

    test('on Viber', async () => {
      const bot = await startOn('viber', { plugins: [asAdam()] });
      const sent = await bot.run(
        async (context: PersonaContext<ViberContext>) => {
          await context.sendMessage(text);
          await context.sendText(
            'two',
            new Message({ trackingData: 'x' }) as never,
          );
        },
      );
      expect(bot.errors).toEqual([]);
      expect(sent.map(({ body }) => body)).toMatchObject([
        { type: 'text', text: 'hi', sender: { name: 'Adam' } },
        { text: 'two', tracking_data: 'x', sender: { name: 'Adam' } },
      ]);
    });

    test('on Messenger, in options and a raw body', async () => {
      const bot = await startWrittenTo();
      const client = asAdam().client(clientFor(bot.emulator));
      const adam = client.as('adam');
      const tag = { messagingType: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
      await adam.sendText(CUSTOMER, 'one', new Message(tag) as never);
      await adam.sendRawBody(
        new Message({
          ...tag,
          recipient: { id: CUSTOMER },
          message: { text: 'two' },
        }) as never,
      );
      expect(shown(bot.emulator)).toEqual(['Adam: one', 'Adam: two']);
      expect(await bodies(bot.emulator, 'POST /me/messages')).toMatchObject([
        { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
        { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
      ]);
    });
  },
);

test('a read-only client of a context is left in place, and personas are shown', async () => {
  const fix = (context: LineContext) => {
    Object.defineProperty(context, '_client', { writable: false });
  };
  const bot = await startOn('line', { plugins: [fix, asAdam()] });
  const sent = await bot.run((context: Line) => context.replyText('hi'));
  expect(bot.errors).toEqual([]);
  expect(onLine(sent)).toEqual(['Adam']);
});

test('values that are not messages, and clients that return nothing, are left alone', async () => {
  const replied: unknown[] = [];
  const mock = (context: LineContext) => {
    jest
      .spyOn(context.client, 'reply')
      .mockImplementation(
        ((...[, messages]: unknown[]) => void replied.push(messages)) as never,
      );
  };
  const bot = await startOn('line', { plugins: [mock, asAdam()] });
  const others = [null, 'hi', new Map(), new Blob([]), new ReadableStream()];
  const given = [...others, { type: 'text', text: 'hi' }];
  await bot.run(async (context: Line) => {
    await context.reply(given as never);
  });
  expect(bot.errors).toEqual([]);
  const sender = { name: 'Adam', iconUrl: profile('Adam').profilePictureUrl };
  const dressed = { type: 'text', text: 'hi', sender };
  expect(replied).toEqual([[...others, dressed]]);
});

test.each<[ChannelName, string, unknown[]]>([
  ['line', 'push', [[{ type: 'text', text: 'hi', personaId: 'eve' }]]],
  ['line', 'pushText', ['hi', { persona_id: null }]],
  ['viber', 'sendText', ['hi', { personaId: 'eve' }]],
  ['slack', 'sendText', ['hi', { personaId: 'eve' }]],
  ['slack', 'sendText', ['hi', null]],
])(
  'a speaker speaks, whomever its messages name: on %s, %s(%j)',
  async (channel, method, args) => {
    const plugin = personas({
      directory: { ...directory, eve: profile('Eve') },
    });
    const bot = await startOn(channel, { plugins: [plugin] });
    const sent = await bot.run((context: PersonaContext) =>
      methodAt(context.as('adam'), method)(...args),
    );
    expect(bot.errors).toEqual([]);
    expect(sent.flatMap(({ body }) => FIXTURES[channel].shown(body))).toEqual([
      expect.objectContaining({ text: 'hi', name: 'Adam' }),
    ]);
    expect(JSON.stringify(sent)).not.toMatch(/persona/i);
  },
);

test('a speaker of a client speaks, whomever its raw bodies and messages of a class name', async () => {
  const plugin = personas({ directory });
  const { origin, received } = await startPlatform('line');
  const client = plugin.client(FIXTURES.line.client(origin) as LineClient);
  const adam = client.as('adam');
  const message = { type: 'text', text: 'hi', personaId: null } as const;
  await adam.pushRawBody({ to: 'U1', messages: [message] });
  await adam.push('U1', [new Own(message) as never]);
  expect(onLine(received)).toEqual(['Adam', 'Adam']);
  expect(JSON.stringify(received)).not.toMatch(/persona/i);
});

test.each<[ChannelName | 'messenger', string, unknown[]]>([
  ['messenger', 'sendRawBody', []],
  ['messenger', 'sendRawBody', ['a']],
  ['messenger', 'sendMessageFormData', ['7', 'a', {}]],
  ['messenger', 'sendMessageFormData', ['7', { getHeaders() {} }, {}]],
  ['messenger', 'sendMessageFormData', ['7', { _streams: [] }, {}]],
  ['line', 'push', ['U1', 'a']],
  ['line', 'narrowcast', []],
  ['line', 'pushRawBody', []],
  ['line', 'pushRawBody', [{ to: 'U1', messages: 'a' }]],
  ['slack', 'callMethod', []],
])(
  'on %s, %s%j carries no message and is passed on',
  async (channel, name, args) => {
    const method = jest.fn();
    const own = { sendText: method, reply: method, postMessage: method };
    const given = { ...own, [name]: method };
    const plugin = personas({ directory });
    const client = plugin.client(given, { channel });
    await client.withPersona('adam', () => methodAt(client, name)(...args));
    expect(method.mock.calls).toEqual([args]);
  },
);

const FORM = Messenger.createImageFormData(Buffer.from('a'), {
  filename: 'a.png',
} as never);

test.each<[string, object]>([
  ['a collection', new Map()],
  ['contents', Buffer.from('a')],
  ['a buffer', new ArrayBuffer(1)],
  ['a blob', new Blob([])],
  ['a stream', new ReadableStream()],
  ['a stream of Node', Readable.from([])],
  ['a form', FORM],
])(
  'a method that a later client of Messenger adds has its options after %s',
  async (_what, value) => {
    const sendLater = jest.fn((..._args: unknown[]) => Promise.resolve());
    const given = { sendText: sendLater, sendLater };
    const client = personas().client(given, { channel: 'messenger' });
    await client.as('7').sendLater(CUSTOMER, 'a', value);
    await client.as('7').sendLater(CUSTOMER, value, { tag: 'a' });
    expect(sendLater.mock.calls).toEqual([
      [CUSTOMER, 'a', value, { personaId: '7' }],
      [CUSTOMER, value, { tag: 'a', personaId: '7' }],
    ]);
    expect(sendLater.mock.calls[0]?.[2]).toBe(value);
  },
);

test('with `throw`, an unknown name rejects, and does not throw synchronously', async () => {
  const plugin = personas({ directory, refusedPersona: 'throw' });
  const bot = await startOn('line', { plugins: [plugin], sendMethod: 'push' });
  const sent = await bot.run(async (context: Line) => {
    context.usePersona('nobody');
    const sending: unknown = context.pushText('one');
    expect(sending).toBeInstanceOf(Promise);
    await expect(sending).rejects.toMatchObject({ persona: 'nobody' });
  });
  expect(bot.errors).toEqual([]);
  expect(sent).toEqual([]);
});

test('with `throw`, the reply token remains usable after a refused reply', async () => {
  const plugin = personas({ directory, refusedPersona: 'throw' });
  const bot = await startOn('line', { plugins: [plugin] });
  const sent = await bot.run(async (context: Line) => {
    await expect(context.as('nobody').replyText('one')).rejects.toMatchObject({
      persona: 'nobody',
    });
    await context.as('adam').replyText('two');
  });
  expect(bot.errors).toEqual([]);
  expect(onLine(sent)).toEqual(['Adam']);
});

test('context.client is the bot’s client, and methods that send nothing work as before', async () => {
  const answer = ({ path }: Recorded) =>
    path.includes('/profile/')
      ? { body: { userId: 'U1', displayName: 'Ann' } }
      : undefined;
  let plain: unknown;
  const before = (context: LineContext) => {
    plain = context.client;
  };
  const bot = await startOn('line', { plugins: [before, asAdam()], answer });
  let got: unknown[] = [];
  await bot.run(async (context: Line) => {
    got = [context.client === plain, await context.getUserProfile()];
    // Bottender reads fields of the client, too.
    expect(context.accessToken).toBe((plain as LineClient).accessToken);
    expect(context.constructor).toBe(LineContext);
    const other = {} as LineClient;
    jest.spyOn(context, 'client', 'get').mockReturnValue(other);
    expect(context.client).toBe(other);
  });
  expect(bot.errors).toEqual([]);
  expect(got).toEqual([true, { userId: 'U1', displayName: 'Ann' }]);
});

test('on Telegram, the text is signed after another plugin has changed it', async () => {
  const wrap = (context: TelegramContext) => {
    const sendText = context.sendText.bind(context);
    Object.assign(context, {
      sendText: (text: string) => sendText(`${text}!`),
    });
  };
  const plugin = personas({
    directory,
    initialPersona: 'adam',
    signText: (text, { name }) => `${name}: ${text}`,
  });
  const bot = await startOn('telegram', { plugins: [wrap, plugin] });
  const [sent] = await bot.run((context: PersonaContext<TelegramContext>) =>
    context.sendText('hi'),
  );
  expect(bot.errors).toEqual([]);
  expect(sent?.body).toMatchObject({ text: 'Adam: hi!' });
});

test('personas can have the names of Object’s own properties', async () => {
  const bot = await startOn('line', { plugins: [asAdam()] });
  let kept: unknown;
  await bot.run((context: Line) => {
    context.setState({ personaId: 'adam' });
    kept = context.state;
  });
  expect(bot.errors).toEqual([]);
  expect(kept).toEqual({ personaId: 'adam' });
});

describe('an answer of LINE', () => {
  const answered = (status: number, data: unknown) =>
    line.readRefusal?.({ response: { status, data } });
  const details = (...properties: unknown[]) => ({
    message: 'The request body has 1 error(s)',
    details: properties.map((property) => ({ message: 'Bad', property })),
  });

  test('refuses the senders of the messages that it names', () => {
    expect(
      answered(
        400,
        details('messages[0].sender.name', 'messages[12].sender', 5),
      ),
    ).toEqual({
      about: 'profile',
      failure: {
        message: 'messages[0].sender.name: Bad; messages[12].sender: Bad',
        status: 400,
      },
      messages: [0, 12],
    });
    const untold = { details: [{ property: 'messages[0].sender' }] };
    expect(answered(400, untold)).toMatchObject({
      failure: { message: 'messages[0].sender' },
    });
  });

  test.each<[number, unknown]>([
    [500, details('messages[0].sender')],
    [400, details('messages[0].text')],
    [400, details('messages[0].senders')],
    [400, details('x.messages[0].sender')],
    [400, details(undefined)],
    [400, { details: 'messages[0].sender' }],
    [400, { message: 'Invalid action: sender.name is not one' }],
    [400, '<html>'],
    [400, null],
  ])('is not a refusal: %i %j', (status, data) => {
    expect(answered(status, data)).toBeUndefined();
  });
});

describe('an answer of Slack', () => {
  const { readIgnored, accountOf } = slack;
  const face = { username: 'Adam', iconUrl: 'https://example.com/a.png' };

  test.each<[unknown, string | undefined]>([
    [{ message: { username: 'Shop' } }, 'Slack showed it as "Shop"'],
    [{ message: { username: 'Adam' } }, undefined],
    [{ message: { username: 5 } }, "Slack showed it under the app's name"],
    [{ message: {} }, "Slack showed it under the app's name"],
    [{ message: 'posted' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('shows whether the name was ignored: %j', (answer, said) => {
    expect(readIgnored?.(answer, face)).toBe(said);
  });

  test('is remembered for the token, which is not stored itself', () => {
    const of = (client: unknown) => accountOf?.(client) ?? '';
    const one = of({ accessToken: 'xoxb-1' });
    expect(one).toMatch(/^[\w+/]{43}=$/);
    expect(of({ accessToken: 'xoxb-1' })).toBe(one);
    expect(of({ accessToken: 'xoxb-2' })).not.toBe(one);
    expect(of({})).toBe('');
    expect(of(undefined)).toBe('');
  });
});

test('a shortName of exactly the maximum length is not shortened', () => {
  const long = { ...profile('x'.repeat(30)), shortName: 'y'.repeat(20) };
  expect(shownName(long, 20)).toBe('y'.repeat(20));
  expect(shownName({ ...long, shortName: 'y'.repeat(21) }, 20)).toBe(
    `${'y'.repeat(19)}…`,
  );
});
