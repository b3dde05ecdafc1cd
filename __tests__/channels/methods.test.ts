import {
  LineContext,
  SlackContext,
  TelegramContext,
  ViberContext,
  WhatsappContext,
} from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { LINE_MESSAGES, URL, VIBER_MESSAGES } from './channelMessages';
import { startOn } from '../support/channels';
import { methodAt } from '../support/clients';
import { deepFrozen } from '../support/deepFrozen';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Methods = Record<string, (...args: unknown[]) => unknown>;
interface Any extends Methods {
  withPersona(...args: unknown[]): unknown;
}

const ADAM = profile('Adam');
const directory = { adam: ADAM, eve: profile('Eve') };
const picture = (name: string) => profile(name).profilePictureUrl;

function theirs(contextClass: { prototype: object }, sends: RegExp): string[] {
  const names = Object.getOwnPropertyNames(contextClass.prototype);
  return names.filter((name) => sends.test(name));
}

describe.each(['reply', 'push', 'send'])('LINE, %s', (way) => {
  const QUICK_REPLY = { quickReply: { items: [] } };
  const sender = (name: string) => ({ name, iconUrl: picture(name) });
  const MINE = { name: 'Mine' };

  test.each(Object.entries(LINE_MESSAGES))(`${way}%s`, async (kind, args) => {
    const method = way + kind;
    const bot = await startOn('line', { plugins: [personas({ directory })] });
    /** The senders of what one call sends; a second reply has no token. */
    const senders = async (
      given: unknown[],
      persona: string | null = 'adam',
    ) => {
      const sent = await bot.run((context: Any) =>
        context.withPersona(persona, () =>
          context[method]?.(...deepFrozen(given)),
        ),
      );
      expect(bot.errors).toEqual([]);
      expect(sent).toHaveLength(1);
      const { messages } = sent[0]?.body as {
        messages: Record<string, unknown>[];
      };
      expect(JSON.stringify(messages)).not.toMatch(/persona/i);
      return messages.map((message) => message.sender);
    };

    if (kind === '') {
      const [messages] = args as [object[]];
      expect(await senders([messages])).toEqual([
        sender('Adam'),
        sender('Adam'),
      ]);
      const [one, two] = messages;
      const own = { ...one, personaId: 'eve' };
      expect(await senders([[own, { ...two, sender: MINE }]])).toEqual([
        sender('Eve'),
        MINE,
      ]);
      const ofBot = { ...one, persona_id: null };
      expect(await senders([[ofBot, two]])).toEqual([
        undefined,
        sender('Adam'),
      ]);
      return;
    }
    expect(await senders(args)).toEqual([sender('Adam')]);
    expect(await senders([...args, QUICK_REPLY])).toEqual([sender('Adam')]);
    expect(await senders([...args, { sender: MINE }])).toEqual([MINE]);
    expect(await senders([...args, { personaId: 'eve' }])).toEqual([
      sender('Eve'),
    ]);
    expect(await senders([...args, { personaId: null }])).toEqual([undefined]);
    expect(await senders([...args, { persona_id: 'eve' }], null)).toEqual([
      sender('Eve'),
    ]);
    expect(await senders(args, null)).toEqual([undefined]);
  });
});

describe('Viber', () => {
  const sender = (name: string) => ({ name, avatar: picture(name) });
  const keyboard = { type: 'keyboard', buttons: [{ actionBody: 'a' }] };

  test.each(Object.keys(VIBER_MESSAGES))('%s', async (method) => {
    const bot = await startOn('viber', { plugins: [personas({ directory })] });
    const isMessage = method === 'sendMessage';
    const args = VIBER_MESSAGES[method] ?? [];
    const bodyOf = async (options: object, persona: string | null = 'adam') => {
      const message = { type: 'text', text: 'a', ...options };
      const given = isMessage ? [message] : [...args, options];
      const [sent, ...others] = await bot.run((context: Any) =>
        context.withPersona(persona, () =>
          context[method]?.(...deepFrozen(given)),
        ),
      );
      expect(bot.errors).toEqual([]);
      expect(others).toEqual([]);
      expect(JSON.stringify(sent?.body)).not.toMatch(/persona/i);
      return sent?.body;
    };
    expect(await bodyOf({})).toMatchObject({ sender: sender('Adam') });
    expect(await bodyOf({ keyboard })).toMatchObject({
      sender: sender('Adam'),
      keyboard: { Type: 'keyboard', Buttons: [{ ActionBody: 'a' }] },
    });
    const mine = { name: 'Mine' };
    expect((await bodyOf({ sender: mine }))?.sender).toEqual(mine);
    expect((await bodyOf({ personaId: 'eve' }))?.sender).toEqual(sender('Eve'));
    const ofBot = { name: 'The bot' };
    expect((await bodyOf({ personaId: null }))?.sender).toEqual(ofBot);
    expect((await bodyOf({}, null))?.sender).toEqual(ofBot);
  });
});

const SLACK_METHODS = ['sendText', 'postMessage', 'postEphemeral'];
const TELEGRAM_METHODS = ['sendText', 'sendMessage'];

describe('Slack', () => {
  const face = (name: string) => ({ username: name, icon_url: picture(name) });
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'a' } }];
  const POSTS = ['chat.postMessage', 'chat.postEphemeral'];

  async function bodiesOf(run: (context: Any) => unknown, persona = 'adam') {
    const bot = await startOn('slack', { plugins: [personas({ directory })] });
    const sent = await bot.run((context: Any) =>
      context.withPersona(persona, () => run(context)),
    );
    expect(bot.errors).toEqual([]);
    expect(JSON.stringify(sent)).not.toMatch(/persona/i);
    return sent.map(({ body }) => body);
  }

  test.each([...POSTS, 'postMessage', 'postEphemeral', '_postMessage'])(
    '%s',
    async (path) => {
      const bodies = await bodiesOf(async (context) => {
        const post = (given: object) =>
          methodAt(context, path)(deepFrozen(given));
        await post({ text: 'a' });
        await post({ text: 'b', blocks, threadTs: '9' });
        await post({ text: 'c', username: 'Mine' });
        await post({ text: 'd', iconEmoji: ':pear:' });
        await post({ text: 'e', personaId: 'eve' });
        await post({ text: 'f', personaId: null });
        await post({ text: 'g', iconUrl: URL });
      });
      expect(bodies).toEqual([
        expect.objectContaining({ text: 'a', ...face('Adam') }),
        expect.objectContaining({
          ...face('Adam'),
          thread_ts: '9',
          blocks: JSON.stringify(blocks),
        }),
        expect.objectContaining({ text: 'c', username: 'Mine' }),
        expect.objectContaining({ icon_emoji: ':pear:', username: 'Adam' }),
        expect.objectContaining({ text: 'e', ...face('Eve') }),
        expect.objectContaining({ text: 'f' }),
        expect.objectContaining({ username: 'Adam', icon_url: URL }),
      ]);
      for (const bare of [bodies[2], bodies[5]]) {
        expect(bare).not.toHaveProperty('icon_url');
      }
      expect(bodies[5]).not.toHaveProperty('username');
    },
  );

  test.each(['postMessage', 'postEphemeral'])(
    '%s with a text and options',
    async (method) => {
      const bodies = await bodiesOf(async (context) => {
        await context[method]?.('a');
        await context[method]?.('b', { username: 'Mine' });
        await context[method]?.('c', { personaId: 'eve' });
      });
      expect(bodies.map(({ username }) => username)).toEqual([
        'Adam',
        'Mine',
        'Eve',
      ]);
    },
  );

  test('sendText accepts a personaId of its own', async () => {
    const [own, none] = await bodiesOf(async (context) => {
      await context.sendText?.('a', { personaId: 'eve' });
      await context.sendText?.('b', { personaId: null });
    });
    expect(own).toMatchObject({ text: 'a', ...face('Eve') });
    expect(none).not.toHaveProperty('username');
  });

  test('a method of `chat` can be passed on and wrapped, and is the same object each time', async () => {
    const bodies = await bodiesOf(async (context) => {
      const chat = Reflect.get(context, 'chat') as unknown as Methods;
      const { postMessage } = chat;
      expect(chat.postMessage).toBe(postMessage);
      await postMessage?.({ text: 'a' });
      chat.postMessage = (given) =>
        postMessage?.({ ...(given as object), text: 'wrapped' });
      await chat.postMessage({ text: 'b' });
      await context.postMessage?.('c');
    });
    expect(bodies).toEqual([
      expect.objectContaining({ text: 'a', username: 'Adam' }),
      expect.objectContaining({ text: 'wrapped', username: 'Adam' }),
      expect.objectContaining({ text: 'wrapped', username: 'Adam' }),
    ]);
  });

  test('methods that send nothing carry no persona', async () => {
    const bodies = await bodiesOf(async (context) => {
      await methodAt(
        context,
        'chat.update',
      )({ text: 'a', ts: '1', personaId: 'eve' });
      await methodAt(context, 'chat.scheduleMessage')({ text: 'b', postAt: 1 });
      await methodAt(
        context,
        'chat.scheduledMessages.list',
      )({ limit: 1, personaId: 'eve' });
    });
    expect(bodies).toHaveLength(3);
    expect(JSON.stringify(bodies)).not.toMatch(/username|persona/);
  });
});

/** The methods of Bottender's contexts whose names send, and those that this suite tries on the wire. */
test.each<[string, string[], string[]]>([
  [
    'LINE',
    theirs(LineContext, /^(reply|push|send)/),
    ['reply', 'push', 'send'].flatMap((way) =>
      Object.keys(LINE_MESSAGES).map((kind) => way + kind),
    ),
  ],
  ['Viber', theirs(ViberContext, /^send/), Object.keys(VIBER_MESSAGES)],
  ['Slack', theirs(SlackContext, /^(send|post)/), SLACK_METHODS],
  [
    'Telegram',
    theirs(TelegramContext, /^send(Text|Message)$/),
    TELEGRAM_METHODS,
  ],
  ['WhatsApp', theirs(WhatsappContext, /^send/), ['sendText']],
])('the tests call every method of %s that sends', (_title, methods, tried) => {
  expect(methods.length).toBeGreaterThan(0);
  expect([...tried].sort()).toEqual(methods.sort());
});

describe('Telegram', () => {
  const signText = (text: string, { name }: { name: string }) =>
    `${name}: ${text}`;

  test.each(TELEGRAM_METHODS)('the text of %s is signed', async (method) => {
    const plugin = personas({ directory, signText });
    const bot = await startOn('telegram', { plugins: [plugin] });
    const sent = await bot.run((context: Any) =>
      context.withPersona('adam', async () => {
        await context[method]?.('a', { parseMode: 'HTML' });
        await context[method]?.('b', { personaId: 'eve' });
        await context[method]?.('c', { personaId: null });
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(sent.map(({ body }) => body)).toEqual([
      { chat_id: 7, text: 'Adam: a', parse_mode: 'HTML' },
      { chat_id: 7, text: 'Eve: b' },
      { chat_id: 7, text: 'c' },
    ]);
  });

  test('methods that send nothing carry no persona', async () => {
    const bot = await startOn('telegram', { plugins: [personas()] });
    const [sent] = await bot.run((context: Any) =>
      context.sendPhoto?.(URL, { caption: 'a', personaId: '1' }),
    );
    expect(sent?.body).toEqual({ chat_id: 7, photo: URL, caption: 'a' });
  });

  test('a speaker has them as well, so that one handler serves all channels', async () => {
    const bot = await startOn('telegram', { plugins: [personas()] });
    const sent = await bot.run(
      async (context: PersonaContext<TelegramContext>) => {
        const adam = context.as('1');
        await adam.sendPhoto(URL, { caption: 'a' });
      },
    );
    expect(bot.errors).toEqual([]);
    expect(sent.map(({ body }) => body)).toEqual([
      { chat_id: 7, photo: URL, caption: 'a' },
    ]);
  });
});
