import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  Bot,
  ConsoleConnector,
  LineBot,
  type Action,
  type Context,
} from 'bottender';
import { ContextSimulator } from 'bottender/dist/test-utils';
import {
  InvalidPersonaError,
  personas,
  UnsupportedSenderActionError,
  withEphemeralPersona,
  withPersona,
  type PersonaContext,
} from 'bottender-persona';

import { methodAt } from './support/clients';
import { profile } from './support/personas';

/** What a handler does on every platform. */
async function useEverything(context: PersonaContext): Promise<unknown[]> {
  context.usePersona('1');
  const seen: unknown[] = [context.persona];
  await context.sendText('one');
  seen.push(
    await context.withPersona('2', async () => {
      await context.sendText('two');
      return context.persona;
    }),
    await context.withEphemeralPersona(profile('Guest'), async (persona) => {
      await context.sendText('three');
      return persona;
    }),
  );
  await withPersona<PersonaContext>('4', async () => {
    await context.sendText('four');
  })(context, {});
  await context.withPersona(null, () => context.sendText('five'));
  await context.as('6').sendText('six');
  return seen;
}

/** The guest on LINE. */
const GUEST = {
  name: 'Guest',
  iconUrl: profile('Guest').profilePictureUrl,
};

const ADAM = profile('Adam');
const ADAM_ON_LINE = { name: 'Adam', iconUrl: ADAM.profilePictureUrl };

const SEEN = ['1', '2', { id: 'Guest', ...profile('Guest') }];

describe('ContextSimulator of bottender/test-utils', () => {
  async function simulate(platform: string): Promise<PersonaContext> {
    const simulator = new ContextSimulator({ platform });
    const context = simulator.createTextContext('hello') as PersonaContext;
    await personas()(context);
    return context;
  }

  test('on messenger its mocks remain mocks, and show the persona', async () => {
    const context = await simulate('messenger');
    expect(await useEverything(context)).toEqual(SEEN);
    expect(jest.mocked(context.sendText).mock.calls).toEqual([
      ['one', { personaId: '1' }],
      ['two', { personaId: '2' }],
      ['three', { personaId: 'Guest' }],
      ['four', { personaId: '4' }],
      ['five'],
      ['six', { personaId: '6' }],
    ]);
    expect(context.sendText).toHaveBeenCalledWith('one', { personaId: '1' });
  });

  test('its mocks return what they are set up to return', async () => {
    const context = await simulate('messenger');
    const answer = { recipientId: '1', messageId: 'm_1' };
    jest.mocked(context.sendImage).mockResolvedValue(answer);
    jest.mocked(context.typingOn).mockRejectedValue(new Error('no network'));
    context.usePersona('1');
    expect(await context.sendImage('https://example.com/a.png')).toBe(answer);
    await expect(context.typingOn()).rejects.toThrow('no network');
    expect(context.typingOn).toHaveBeenCalledWith({ personaId: '1' });
  });

  test('a class of mocks reports nothing as sent, and rejects what personas do not support', async () => {
    class Mock {
      readonly platform = 'messenger';
      readonly event = {};
      readonly session = null;
      readonly calls: unknown[][] = [];

      sendText(...args: unknown[]) {
        this.calls.push(args);
        return Promise.resolve({ messageId: 'm_1' });
      }

      sendSenderAction(...args: unknown[]) {
        this.calls.push(args);
        return Promise.resolve();
      }
    }
    const onSent = jest.fn();
    const mock = new Mock();
    const context = mock as unknown as PersonaContext;
    await personas({ onSent })(context);
    context.usePersona('1');
    await context.sendText('hi');
    await expect(context.sendSenderAction('mark_seen')).rejects.toThrow(
      UnsupportedSenderActionError,
    );
    await context.sendSenderAction('typing_on');
    await new Promise(setImmediate);
    expect(mock.calls).toEqual([
      ['hi', { personaId: '1' }],
      ['typing_on', { personaId: '1' }],
    ]);
    expect(onSent).not.toHaveBeenCalled();
  });

  test('a mock that is given a file gets the file, since there is no client to upload it', async () => {
    const context = await simulate('messenger');
    const file = Buffer.from('a picture');
    context.usePersona('1');
    await context.sendImage(file);
    expect(context.sendImage).toHaveBeenCalledWith(file, { personaId: '1' });
  });

  test('on line its mocks show the profile; IDs without a profile have no effect there', async () => {
    const context = await simulate('line');
    expect(await useEverything(context)).toEqual(SEEN);
    expect(jest.mocked(context.sendText).mock.calls).toEqual([
      ['one'],
      ['two'],
      ['three', { sender: GUEST }],
      ['four'],
      ['five'],
      ['six'],
    ]);
  });
});

test('on an unknown platform, a failure is reported with the name of the platform', async () => {
  const onRefused = jest.fn();
  const plugin = personas({
    onRefused,
    initialPersona: () => {
      throw new Error('no desk');
    },
  });
  const simulator = new ContextSimulator({ platform: 'my-own' });
  await plugin(simulator.createTextContext('hello') as Context);
  expect(onRefused.mock.calls).toEqual([
    [
      expect.objectContaining({
        reason: 'initial-persona',
        defaultSender: 'The bot',
        message: expect.stringContaining(
          'cannot speak on my-own: no desk.',
        ) as string,
      }),
      expect.objectContaining({ persona: 'initialPersona' }),
    ],
  ]);
});

test('on an unknown platform, handlers run unchanged, including speakers', async () => {
  const simulator = new ContextSimulator({ platform: 'my-own' });
  const context = simulator.createTextContext('hello') as PersonaContext;
  await personas()(context);
  expect(await useEverything(context)).toEqual(SEEN);
  Object.assign(context, { resend: jest.fn() });
  expect(context.as('7')).not.toHaveProperty('resend');
  const { sendText, typing } = context.as('7');
  const options: object = { personaId: '8', silent: true };
  await sendText('seven', options);
  await typing(1);
  expect(jest.mocked(context.sendText).mock.calls).toEqual([
    ['one'],
    ['two'],
    ['three'],
    ['four'],
    ['five'],
    ['six'],
    ['seven', { silent: true }],
  ]);
  expect(context.typing).toHaveBeenCalledWith(1);
});

test('on slack the simulated methods show the profile, too', async () => {
  const simulator = new ContextSimulator({ platform: 'slack' });
  const context = simulator.createTextContext('hello') as unknown as Record<
    'postMessage' | 'sendText' | 'typing',
    (...args: unknown[]) => unknown
  >;
  const directory = { adam: profile('Adam') };
  await personas({ directory, initialPersona: 'adam' })(
    context as unknown as Context,
  );
  const { name: username, profilePictureUrl: iconUrl } = directory.adam;
  context.postMessage('hi', { personaId: 'adam' });
  context.postMessage({ text: 'hi' });
  context.sendText('hi');
  context.typing(1);
  expect(context.typing).toHaveBeenCalledWith(1);
  expect(context.postMessage).toHaveBeenNthCalledWith(1, 'hi', {
    username,
    iconUrl,
  });
  expect(context.postMessage).toHaveBeenNthCalledWith(2, {
    text: 'hi',
    username,
    iconUrl,
  });
  expect(context.sendText).toHaveBeenCalledWith('hi', { username, iconUrl });
});

test.each([
  ['telegram', 'sendMessage', ['hi'], ['Adam: hi']],
  ['telegram', 'sendPhoto', ['https://example.com/a.png']],
  ['telegram', 'sendChatAction', ['typing']],
  ...['send', 'reply', 'push'].map(
    (way) =>
      [
        'line',
        `${way}CarouselTemplate`,
        ['alt', [{ text: 'Pear' }]],
        ['alt', [{ text: 'Pear' }], { sender: ADAM_ON_LINE }],
      ] as const,
  ),
] as const)(
  'on %s the simulated %s gets the arguments that the bot gave',
  async (platform, method, given, shown: readonly unknown[] = given) => {
    const simulator = new ContextSimulator({ platform });
    const context: object = simulator.createTextContext('hello');
    await personas({
      directory: { adam: ADAM },
      initialPersona: 'adam',
      signText: (text, { name }) => `${name}: ${text}`,
    })(context as Context);
    await methodAt(context, method)(...given);
    expect(Reflect.get(context, method)).toHaveBeenCalledWith(...shown);
  },
);

describe('LINE', () => {
  let server: Server;
  let received: { path: string | undefined; body: unknown }[];
  beforeEach(async () => {
    // Bottender has much to say about what is deprecated.
    jest.spyOn(console, 'error').mockImplementation();
    received = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        received.push({ path: request.url, body });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** What reaches LINE, and what the handler came to. */
  async function answer(
    action: (context: PersonaContext) => Promise<unknown>,
    plugins: ReturnType<typeof personas>[] = [personas()],
  ) {
    const { port } = server.address() as AddressInfo;
    const bot = new LineBot({
      accessToken: 'TOKEN',
      channelSecret: 'SECRET',
      origin: `http://127.0.0.1:${port}`,
      sendMethod: 'push',
      sync: true,
    });
    let result: unknown;
    for (const plugin of plugins)
      bot.use((context) => plugin(context) as unknown as void);
    bot.onEvent((async (context: PersonaContext) => {
      result = await action(context);
    }) as unknown as Parameters<typeof bot.onEvent>[0]);
    await bot.createRequestHandler()({
      destination: 'U1',
      events: [
        {
          type: 'message',
          replyToken: 'R1',
          timestamp: 1,
          source: { type: 'user', userId: 'U2' },
          message: { id: '1', type: 'text', text: 'hello' },
        },
      ],
    } as Parameters<ReturnType<typeof bot.createRequestHandler>>[0]);
    return { result, sent: received.splice(0) };
  }

  test('the persona methods exist, and personas with a profile are shown', async () => {
    const { result, sent } = await answer(useEverything);
    expect(result).toEqual(SEEN);
    const alone = await answer(async (context) => {
      for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) {
        await context.sendText(text);
      }
    }, []);
    expect(JSON.stringify(alone.sent)).toMatch(/one.*six/);
    const text = '"text":"three"';
    const guest = JSON.stringify(GUEST);
    expect(JSON.stringify(sent)).toBe(
      JSON.stringify(alone.sent).replace(text, `${text},"sender":${guest}`),
    );
  });

  test('errors are passed on, and invalid personas are rejected', async () => {
    const error = new Error('no such order');
    const { result, sent } = await answer(async (context) => {
      const fail = () => Promise.reject(error);
      expect(() => context.usePersona('')).toThrow(InvalidPersonaError);
      return Promise.allSettled([
        context.withPersona('1', fail),
        context.withEphemeralPersona(profile('Guest'), fail),
      ]);
    });
    const rejected = { status: 'rejected', reason: error };
    expect(result).toEqual([rejected, rejected]);
    expect(sent).toEqual([]);
  });
});

describe.each([
  ['the console', undefined],
  ['the console in the place of messenger', 'messenger'],
])('on %s', (_what, mockPlatform) => {
  async function shown(
    action: (context: PersonaContext) => Promise<unknown>,
    fallbackMethods = true,
  ): Promise<string[]> {
    const lines: string[] = [];
    const client = { sendText: (text: string) => void lines.push(text) };
    const bot = new Bot({
      connector: new ConsoleConnector({
        client,
        fallbackMethods,
        mockPlatform,
      }),
      sync: true,
    });
    const plugin = personas();
    bot.use((context) => plugin(context) as unknown as void);
    bot.onEvent(action as unknown as Action<Context>);
    await bot.createRequestHandler()({ message: { text: 'hello' } });
    return lines.map((line) => line.replaceAll(/\s+/g, ' '));
  }

  test('each message shows the persona', async () => {
    const lines = await shown(async (context) => {
      expect(await useEverything(context)).toEqual(SEEN);
    });
    expect(lines).toEqual([
      'one with other args: [ { "personaId": "1" } ]',
      'two with other args: [ { "personaId": "2" } ]',
      'three with other args: [ { "personaId": "Guest" } ]',
      'four with other args: [ { "personaId": "4" } ]',
      'five',
      'six with other args: [ { "personaId": "6" } ]',
    ]);
  });

  test('also with methods that the console lacks', async () => {
    const lines = await shown(async (context) => {
      context.usePersona('1');
      await context.typingOn();
      await context.sendImage('https://example.com/a.png');
      await context.sendButtonTemplate('A pear?', [], { tag: 'HUMAN_AGENT' });
      await context.withEphemeralPersona(profile('Guest'), () =>
        context.typingOff(),
      );
      await context.as('2').typingOn();
      await context.as('2').typing(1);
    });
    expect(lines).toEqual([
      'typingOn with args: [ { "personaId": "1" } ]',
      'sendImage with args: [ "https://example.com/a.png", { "personaId": "1" } ]',
      'sendButtonTemplate with args: [ "A pear?", [], { "personaId": "1", "tag": "HUMAN_AGENT" } ]',
      'typingOff with args: [ { "personaId": "Guest" } ]',
      'typingOn with args: [ { "personaId": "2" } ]',
    ]);
  });

  test('around actions, too', async () => {
    const lines = await shown(async (context) => {
      await withEphemeralPersona<PersonaContext>(profile('Guest'), async () => {
        await context.sendText('hi');
      })(context, {});
    });
    expect(lines).toEqual(['hi with other args: [ { "personaId": "Guest" } ]']);
  });

  test('without fallback methods, texts are shown as before', async () => {
    const lines = await shown(async (context) => {
      context.usePersona('1');
      await context.sendText('hi');
    }, false);
    expect(lines).toEqual(['hi']);
  });
});
