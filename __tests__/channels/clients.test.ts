import type { SlackOAuthClient, TwilioClient } from 'bottender';
import {
  InvalidOptionError,
  personas,
  ReleasedHandleError,
  type CommonOptions,
} from 'bottender-persona';

import { LINE_MESSAGES, URL, VIBER_MESSAGES } from './channelMessages';
import {
  CHANNEL_NAMES,
  FIXTURES,
  startPlatform,
  type AnswerTo,
  type ChannelName,
  type Recorded,
} from '../support/channels';
import { TOKEN } from '../support/channelFixtures/fixture';
import { methodAt } from '../support/clients';
import { deepFrozen } from '../support/deepFrozen';
import { profile } from '../support/personas';

beforeEach(() => {
  // Some methods are deprecated.
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const directory = { adam: profile('Adam'), eve: profile('Eve') };
const picture = (name: string) => profile(name).profilePictureUrl;
const signText = (text: string, { name }: { name: string }) =>
  `${name}: ${text}`;

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function start(
  channel: ChannelName,
  options: CommonOptions = {},
  answer?: AnswerTo,
) {
  const { origin, received } = await startPlatform(channel, answer);
  const onRefused = jest.fn();
  const plugin = personas({ onRefused, ...options, directory });
  const given = FIXTURES[channel].client(origin);
  // As any object of methods, because each method is called by its name.
  const client = plugin.client(given as TwilioClient) as unknown as Methods & {
    as: (...persona: unknown[]) => Methods;
    withPersona: (persona: unknown, run: () => unknown) => Promise<unknown>;
  };
  return {
    plugin,
    onRefused,
    given,
    client,
    /** The bodies that came since it was called last. */
    bodies: () => received.splice(0).map(({ body }) => body),
  };
}

/** Sends the same alone, outside of scopes, in a block, and as a speaker in another's block; `own` is sent with a persona of its own. */
async function sendAll(
  channel: ChannelName,
  method: string,
  args: unknown[],
  own?: (persona: string | null) => unknown[],
  options?: CommonOptions,
): Promise<Recorded['body'][]> {
  const { given, client, bodies } = await start(channel, options);
  const sent = deepFrozen(args);
  await methodAt(given, method)(...sent);
  await methodAt(client, method)(...sent);
  await client.withPersona('adam', () => methodAt(client, method)(...sent));
  const adam = client.as('adam');
  await client.withPersona('eve', () => methodAt(adam, method)(...sent));
  if (own) {
    await client.withPersona('adam', async () => {
      await methodAt(client, method)(...deepFrozen(own('eve')));
      await methodAt(client, method)(...deepFrozen(own(null)));
    });
  }
  const all = bodies();
  expect(JSON.stringify(all)).not.toMatch(/persona/i);
  expect(all).toHaveLength(own ? 6 : 4);
  return all;
}

/** The methods of a client, its own and those of its class. */
function methodsOf(client: object, sends: RegExp): string[] {
  const names = [
    ...Object.getOwnPropertyNames(client),
    ...Object.getOwnPropertyNames(Object.getPrototypeOf(client)),
  ];
  return names.filter(
    (name) =>
      sends.test(name) && typeof Reflect.get(client, name) === 'function',
  );
}

describe('LINE', () => {
  const sender = (name: string) => ({ name, iconUrl: picture(name) });
  const WAYS = ['reply', 'push', 'multicast'];
  const TARGET: Record<string, unknown> = {
    reply: 'REPLY_TOKEN',
    push: 'U1',
    multicast: ['U1', 'U2'],
  };
  const MESSAGES = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ];
  type Body = { messages: Record<string, unknown>[] };

  const withSender = (body: unknown, name: string) => ({
    ...(body as Body),
    messages: (body as Body).messages.map((message) => ({
      ...message,
      sender: sender(name),
    })),
  });

  async function expectSenders(
    method: string,
    args: unknown[],
    own?: (persona: string | null) => unknown[],
  ) {
    const [alone, outside, block, speaker, eve, page] = await sendAll(
      'line',
      method,
      args,
      own,
    );
    expect((alone as unknown as Body).messages.length).toBeGreaterThan(0);
    expect(outside).toEqual(alone);
    expect(block).toEqual(withSender(alone, 'Adam'));
    expect(speaker).toEqual(withSender(alone, 'Adam'));
    if (!own) return;
    expect(eve).toEqual(withSender(alone, 'Eve'));
    expect(page).toEqual(alone);
  }

  const SHORT = Object.entries(LINE_MESSAGES).filter(([kind]) => kind !== '');

  test.each(
    WAYS.flatMap((way) =>
      SHORT.map(([kind, args]) => [way + kind, TARGET[way], args] as const),
    ),
  )('%s', async (method, target, args) => {
    await expectSenders(method, [target, ...args], (personaId) => [
      target,
      ...args,
      { personaId },
    ]);
  });

  const own = (personaId: string | null) =>
    MESSAGES.map((message) => ({ ...message, personaId }));

  test.each(
    WAYS.flatMap((way) =>
      ['', 'Messages'].map((kind) => [way + kind, TARGET[way]] as const),
    ),
  )('%s', async (method, target) => {
    await expectSenders(method, [target, MESSAGES], (persona) => [
      target,
      own(persona),
    ]);
  });

  test.each(['narrowcast', 'narrowcastMessages'])('%s', async (method) => {
    await expectSenders(method, [MESSAGES, {}], (persona) => [
      own(persona),
      {},
    ]);
  });

  test.each([
    ['replyRawBody', { replyToken: 'REPLY_TOKEN' }],
    ['pushRawBody', { to: 'U1' }],
    ['multicastRawBody', { to: ['U1'] }],
    ['narrowcastRawBody', {}],
  ])('%s', async (method, body) => {
    await expectSenders(
      method,
      [{ ...body, messages: MESSAGES }],
      (persona) => [{ ...body, messages: own(persona) }],
    );
  });

  test.each([
    ['broadcast', [MESSAGES]],
    ['broadcastRawBody', [{ messages: MESSAGES }]],
  ])('%s, which later clients have', async (method, args) => {
    const send = jest.fn().mockResolvedValue({});
    const later = { replyRawBody: () => undefined, [method]: send };
    const client = personas({ directory }).client(later);
    await client.withPersona('adam', () => methodAt(client, method)(...args));
    const [[sent]] = send.mock.calls as [[unknown]];
    const expected = withSender({ messages: MESSAGES }, 'Adam');
    expect(sent).toEqual(method === 'broadcast' ? expected.messages : expected);
  });

  test('each method of the client that sends is tried', () => {
    const tried = WAYS.flatMap((way) =>
      [...Object.keys(LINE_MESSAGES), 'Messages', 'RawBody'].map(
        (kind) => way + kind,
      ),
    );
    const narrow = ['', 'Messages', 'RawBody'].map(
      (kind) => `narrowcast${kind}`,
    );
    expect([...tried, ...narrow].sort()).toEqual(
      methodsOf(
        FIXTURES.line.client('http://127.0.0.1'),
        /^(reply|push|multicast|narrowcast|broadcast)/,
      ).sort(),
    );
  });

  test('a refused sender is left out once more, reported and remembered', async () => {
    const answer: AnswerTo = ({ body }) =>
      JSON.stringify(body).includes('"sender"')
        ? {
            status: 400,
            body: {
              message: 'The request body has 1 error(s)',
              details: [
                {
                  message: 'May not be used',
                  property: 'messages[0].sender.name',
                },
              ],
            },
          }
        : undefined;
    const options = { signText };
    const { client, bodies, onRefused } = await start('line', options, answer);
    const adam = client.as('adam');
    await adam.pushText?.('U1', 'one');
    await adam.pushText?.('U1', 'two');
    expect(
      bodies().map(({ messages }) => (messages as { text: string }[])[0]?.text),
    ).toEqual(['one', 'Adam: one', 'Adam: two']);
    expect(onRefused.mock.calls).toEqual([
      [
        expect.objectContaining({ reason: 'channel', persona: 'adam' }),
        { context: null, recipient: 'U1', persona: 'adam' },
      ],
    ]);
  });
});

describe('Slack', () => {
  const shown = (name: string) => ({
    username: name,
    icon_url: picture(name),
  });
  const message = { text: 'a', threadTs: '9' };

  test.each<[string, (own: object) => unknown[]]>([
    ['chat.postMessage', (own) => [{ channel: 'C1', ...message, ...own }]],
    [
      'chat.postEphemeral',
      (own) => [{ channel: 'C1', user: 'U1', ...message, ...own }],
    ],
    ['postMessage', (own) => ['C1', { ...message, ...own }]],
    ['postEphemeral', (own) => ['C1', 'U1', { ...message, ...own }]],
  ])('%s', async (method, args) => {
    const [alone, outside, block, speaker, eve, page] = await sendAll(
      'slack',
      method,
      args({}),
      (personaId) => args({ personaId }),
    );
    expect(alone).toMatchObject({ channel: 'C1', text: 'a', thread_ts: '9' });
    expect(outside).toEqual(alone);
    expect(block).toEqual({ ...alone, ...shown('Adam') });
    expect(speaker).toEqual({ ...alone, ...shown('Adam') });
    expect(eve).toEqual({ ...alone, ...shown('Eve') });
    expect(page).toEqual(alone);
  });

  test('callMethod, in which the others end', async () => {
    const { client, bodies } = await start('slack');
    await client.withPersona('adam', async () => {
      await client.callMethod?.('chat.postMessage', {
        channel: 'C1',
        text: 'a',
      });
      await client.callMethod?.('chat.update', { channel: 'C1', text: 'b' });
    });
    const [post, update] = bodies();
    expect(post).toMatchObject({ text: 'a', ...shown('Adam') });
    expect(update).toMatchObject({ text: 'b' });
    expect(update).not.toHaveProperty('username');
  });

  test('each method of the client that posts is tried', () => {
    const client = FIXTURES.slack.client(
      'http://127.0.0.1',
    ) as SlackOAuthClient;
    expect(methodsOf(client, /^(send|post)/).sort()).toEqual([
      'postEphemeral',
      'postMessage',
    ]);
    expect(methodsOf(client.chat, /^(send|post)/).sort()).toEqual([
      'postEphemeral',
      'postMessage',
    ]);
  });

  test('a message that Slack shows under another name is reported once', async () => {
    const { client, onRefused } = await start('slack', {}, () => ({
      body: { ok: true, message: { text: 'a', username: 'bot' } },
    }));
    const adam = client.as('adam');
    const { chat } = adam as unknown as { chat: Methods };
    await chat.postMessage?.({ channel: 'C1', text: 'a' });
    await chat.postMessage?.({ channel: 'C1', text: 'b' });
    expect(onRefused.mock.calls).toEqual([
      [
        expect.objectContaining({ reason: 'ignored' }),
        { context: null, recipient: 'C1', persona: 'adam' },
      ],
    ]);
  });
});

describe('Viber', () => {
  const sender = (name: string) => ({ name, avatar: picture(name) });
  const KINDS = Object.entries(VIBER_MESSAGES).map(
    ([method, args]) => [method.replace(/^send/, ''), args] as const,
  );

  test.each(
    ['send', 'broadcast'].flatMap((way) =>
      KINDS.map(([kind, args]) => [way + kind, kind, args] as const),
    ),
  )('%s', async (method, kind, args) => {
    const target = method.startsWith('send') ? 'V1' : ['V1', 'V2'];
    const given = (own: object) =>
      kind === 'Message'
        ? [target, { type: 'text', text: 'a', ...own }]
        : [target, ...args, own];
    const [alone, outside, block, speaker, eve, page] = await sendAll(
      'viber',
      method,
      given({}),
      (personaId) => given({ personaId }),
    );
    expect(alone).toMatchObject({ sender: { name: 'The bot' } });
    expect(outside).toEqual(alone);
    expect(block).toEqual({ ...alone, sender: sender('Adam') });
    expect(speaker).toEqual({ ...alone, sender: sender('Adam') });
    expect(eve).toEqual({ ...alone, sender: sender('Eve') });
    expect(page).toEqual(alone);
  });

  test('each method of the client that sends is tried', () => {
    const client = FIXTURES.viber.client('http://127.0.0.1');
    expect(
      ['send', 'broadcast']
        .flatMap((way) => KINDS.map(([kind]) => way + kind))
        .sort(),
    ).toEqual(methodsOf(client, /^(send|broadcast)/).sort());
  });
});

test.each<[ChannelName, string, (own: object) => unknown[], string]>([
  ['telegram', 'sendMessage', (own) => [7, 'a', { ...own }], 'text'],
  [
    'whatsapp',
    'createMessage',
    (own) => [{ to: 'whatsapp:+2', body: 'a', ...own }],
    'Body',
  ],
])('on %s the text of %s is signed', async (channel, method, args, text) => {
  const [alone, outside, block, speaker, eve, page] = await sendAll(
    channel,
    method,
    args({}),
    (personaId) => args({ personaId }),
    { signText },
  );
  expect(alone).toHaveProperty(text, 'a');
  expect(outside).toEqual(alone);
  expect(block).toEqual({ ...alone, [text]: 'Adam: a' });
  expect(speaker).toEqual({ ...alone, [text]: 'Adam: a' });
  expect(eve).toEqual({ ...alone, [text]: 'Eve: a' });
  expect(page).toEqual(alone);
});

describe.each(CHANNEL_NAMES)('on %s', (channel) => {
  test('blocks and handles have a profile of their own, and create nothing', async () => {
    const {
      plugin,
      client: methods,
      bodies,
    } = await start(channel, {
      signText,
    });
    const client = methods as unknown as ReturnType<
      typeof plugin.client<TwilioClient>
    >;
    const [method, args] = FIXTURES[channel].sendsText;
    const guest = profile('Guest');
    await client.withEphemeralPersona(guest, async (persona, same) => {
      expect(persona).toEqual({ id: 'Guest', ...guest });
      expect(same).toBe(client);
      await methodAt(client, method)(...args);
    });
    await using handle = await client.createEphemeralPersona(guest);
    expect(handle.persona).toEqual({ id: 'Guest', ...guest });
    await methodAt(handle, method)(...args);
    await handle.release();
    await expect(methodAt(handle, method)(...args)).rejects.toThrow(
      ReleasedHandleError,
    );
    const [inBlock, byHandle, ...others] = bodies();
    expect(JSON.stringify(inBlock)).toContain('Guest');
    expect(byHandle).toEqual(inBlock);
    expect(others).toEqual([]);
    expect(plugin.stats()).toMatchObject({ created: 0, deleted: 0 });
    await plugin.close();
  });

  test('the given client is as it was, and the same object is given for it', async () => {
    const { plugin, given, client, bodies } = await start(channel);
    const [method, args] = FIXTURES[channel].sendsText;
    expect(plugin.client(given as TwilioClient)).toBe(client);
    expect(plugin.client(client as unknown as TwilioClient)).toBe(client);
    expect(plugin.client(given, { channel })).toBe(client);
    expect(client.constructor).toBe(given.constructor);
    await client.withPersona('adam', () => methodAt(given, method)(...args));
    expect(given).not.toHaveProperty('as');
    expect(JSON.stringify(bodies())).not.toMatch(/Adam/);
  });

  test('there is no Page to sweep', async () => {
    const { plugin, given } = await start(channel);
    await expect(plugin.sweep(given)).rejects.toThrow(
      /^sweep\(\) takes the client of a Page/,
    );
  });

  test('a custom client is taken by the name of the channel', async () => {
    const { origin, received } = await startPlatform(channel);
    const [method, args] = FIXTURES[channel].sendsText;
    const post = async (...body: unknown[]) => {
      await fetch(origin, { method: 'POST', body: JSON.stringify({ body }) });
      return { ok: true };
    };
    const plugin = personas({ directory, signText });
    const custom = { [method]: post };
    const client = plugin.client(custom, { channel });
    expect(plugin.client(custom, { channel })).toBe(client);
    expect(plugin.client(client, { channel })).toBe(client);
    const adam = client.as('adam') as unknown as Methods;
    expect(Object.keys(adam)).toEqual([method]);
    await adam[method]?.(...args);
    await methodAt(client, method)(...args);
    const [asAdam, asBot] = received.map(({ body }) => JSON.stringify(body));
    expect(asAdam).toContain('Adam');
    expect(asBot).toBe(JSON.stringify({ body: args }));
  });
});

describe('a method whose name only looks like one that sends', () => {
  const disclosure = { message: () => 'I am a bot' };

  test.each<[ChannelName, string]>([
    ['line', 'repush'],
    ['line', 'pushed'],
    ['line', 'pushText$'],
    ['slack', 'repostMessage'],
    ['slack', 'postMessages'],
    ['slack', 'chat.postMessages'],
    ['telegram', 'resendPhoto'],
    ['telegram', 'sendable'],
    ['telegram', 'sendChatAction'],
    ['viber', 'resendText'],
    ['viber', 'sender'],
    ['viber', 'sendText$'],
    ['whatsapp', 'recreateMessage'],
  ])('on %s, %s is called as it is', async (channel, path) => {
    const [sends] = FIXTURES[channel].sendsText;
    const [name = '', ...nested] = path.split('.').reverse();
    const methods = { [name]: jest.fn(), [sends]: jest.fn(), push: jest.fn() };
    const given = nested.length > 0 ? { chat: methods } : methods;
    const plugin = personas({ directory, signText, disclosure });
    const client = plugin.client({ ...methods, ...given }, { channel });
    const args = ['7', { type: 'text', text: 'a' }, { text: 'b' }, {}];
    await client.withPersona('adam', () => methodAt(client, path)(...args));
    expect(methods[name]?.mock.calls).toEqual([args]);
    expect(methods[sends]).not.toHaveBeenCalled();
    if (path.startsWith('re')) {
      expect(client.as('adam')).not.toHaveProperty(path);
    }
  });
});

describe('client()', () => {
  const plugin = personas();

  test('takes no channel that it does not know, and names the nearest', () => {
    const client = { sendText: () => Promise.resolve() };
    const named = (channel: unknown) => () =>
      plugin.client(client, { channel: channel as 'line' });
    expect(named('mesenger')).toThrow(InvalidOptionError);
    expect(named('mesenger')).toThrow(
      `The option "channel" of client() must be one of messenger, ${CHANNEL_NAMES.join(', ')} (did you mean "messenger"?).`,
    );
    expect(named('console')).toThrow(InvalidOptionError);
    expect(named(undefined)).toThrow(InvalidOptionError);
  });

  test('takes nothing without a method that sends on the channel', () => {
    expect(() => plugin.client({}, { channel: 'line' })).toThrow(TypeError);
    expect(() => plugin.client({ sendText() {} }, { channel: 'line' })).toThrow(
      'client() was given an object without any method that sends on the channel "line", such as reply.',
    );
    expect(() =>
      plugin.client({ chat: { update() {} } }, { channel: 'slack' }),
    ).toThrow(TypeError);
    expect(() =>
      plugin.client({ chat: { postMessage() {} } }, { channel: 'slack' }),
    ).not.toThrow();
    expect(() =>
      plugin.client(null as unknown as object, { channel: 'line' }),
    ).toThrow(TypeError);
  });

  test('recognises no client by what others have as well', () => {
    const unknown = {
      accessToken: TOKEN,
      sendMessage: () => Promise.resolve(URL),
    };
    expect(() => plugin.client(unknown as never)).toThrow(
      /^client\(\) takes the client of a channel/,
    );
  });
});
