import { setImmediate as nextTurn } from 'node:timers/promises';

import { MessengerContext, SlackContext, withTyping } from 'bottender';
import {
  PersonaRefusedError,
  personas,
  type PersonaContext,
} from 'bottender-persona';

import { CUSTOMER, PAGE, SEND_MODES, startBot } from '../support/bot';
import { startOn, type ChannelSetup } from '../support/channels';
import { deepFrozen } from '../support/deepFrozen';
import {
  personaIds,
  watchCalls,
  alive,
  bodies,
  shown,
} from '../support/emulatorState';
import { profile, deletePersona } from '../support/personas';
import { CHANNEL_STAGES } from './channelStages';
import { WRAPPER_NAMES, wrapping } from './foreignWrappers';

type Plugin = (context: PersonaContext) => unknown;
type SendText = MessengerContext['sendText'];

const SEND = 'POST /me/messages';
const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };

/** Another plugin, which stands before ours and wraps a method. */
function replacing(
  wrap: (original: SendText, ...args: Parameters<SendText>) => unknown,
  method: 'sendText' | 'sendImage' | 'typingOn' = 'sendText',
): Plugin {
  return (context) => {
    const original = context[method].bind(context) as SendText;
    const wrapped = (...args: Parameters<SendText>) => wrap(original, ...args);
    Object.assign(context, { [method]: wrapped });
  };
}

const ran = jest.fn();

/** A user's class, whose method calls another send method. */
class PoliteContext extends MessengerContext {
  override sendText(...[text, options]: Parameters<SendText>) {
    ran();
    return this.sendMessage({ text: `${text}, please` }, options);
  }
}

/** One whose pictures are texts. */
class WordyContext extends MessengerContext {
  override sendImage(
    ...[, options]: Parameters<MessengerContext['sendImage']>
  ) {
    return this.sendMessage({ text: 'See the shop’s page' }, options);
  }
}

describe.each(SEND_MODES)(
  'beneath wrappers of other plugins, sent %s',
  (_mode, setup) => {
    async function start(
      before: Plugin,
      options: Parameters<typeof personas>[0] = {},
    ) {
      const onRefused = jest.fn();
      const plugin = personas({ onRefused, directory: DIRECTORY, ...options });
      const bot = await startBot({ ...setup, plugins: [before, plugin] });
      return { bot, onRefused };
    }

    /** Says hi as Adam. */
    const greet = async (context: PersonaContext) => {
      await context.withPersona('adam', () => context.sendText('hi'));
    };

    test('a refused message shows typing once with Bottender’s withTyping', async () => {
      const { bot, onRefused } = await start(
        withTyping({ delay: 1 }) as Plugin,
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(greet);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Page: [typing_on]',
        'Page: hi',
        'Page: [typing_on]',
        'Page: hi',
      ]);
      expect(onRefused).toHaveBeenCalledTimes(1);
      // Once with the persona, as the typing indicator.
      expect(await bodies(bot.emulator, SEND)).toHaveLength(5);
    });

    test('a refused message is sent again as its wrapper changed it, and the wrapper runs once', async () => {
      const ran = jest.fn();
      const { bot } = await start(
        replacing(async (sendText, text, options) => {
          ran();
          const answer = await sendText(`${text}, Eva`, {
            ...options,
            tag: 'HUMAN_AGENT',
          });
          expect(answer).toHaveProperty('messageId');
          return answer;
        }),
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      const sends = watchCalls(bot.emulator);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: hi, Eva']);
      expect(ran).toHaveBeenCalledTimes(1);
      expect(sends().filter((call) => call === SEND)).toHaveLength(2);
      const [first, second] = await bodies(bot.emulator, SEND);
      const [id] = personaIds(bot.emulator, 'Adam');
      expect(first).toEqual({ ...second, persona_id: id });
      expect(second).toMatchObject({ tag: 'HUMAN_AGENT' });
    });

    test('a persona that is gone is created again', async () => {
      const ran = jest.fn();
      const { bot } = await start(
        replacing((sendText, ...args) => {
          ran();
          return sendText(...args);
        }),
      );
      await bot.run(greet);
      await deletePersona(
        bot.emulator,
        personaIds(bot.emulator, 'Adam')[0] ?? '',
      );
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: hi']);
      expect(ran).toHaveBeenCalledTimes(2);
    });

    test('an ephemeral persona that is gone is created again', async () => {
      const { bot } = await start(
        replacing((sendText, ...args) => sendText(...args)),
      );
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
          await deletePersona(bot.emulator, id ?? '');
          await context.sendText('hi');
        });
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Guest: hi']);
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('a class that overrides a method counts as a wrapper', async () => {
      ran.mockClear();
      const { bot, onRefused } = await start(
        (context) => Object.setPrototypeOf(context, PoliteContext.prototype),
        { signText: (text, { name }) => `${name}: ${text}` },
      );
      await bot.run(greet);
      await deletePersona(
        bot.emulator,
        personaIds(bot.emulator, 'Adam')[0] ?? '',
      );
      await bot.run(greet);
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Adam: hi, please',
        'Adam: hi, please',
        'Page: Adam: hi, please',
      ]);
      expect(ran).toHaveBeenCalledTimes(3);
      expect(onRefused.mock.calls).toEqual([
        [
          expect.objectContaining({ reason: 'region' }),
          expect.objectContaining({ persona: 'adam' }),
        ],
      ]);
    });

    test('with `throw`, the wrapper sees one rejection', async () => {
      const rejected = jest.fn();
      const { bot } = await start(
        replacing((sendText, ...args) =>
          sendText(...args).catch((error: unknown) => {
            rejected(error);
            throw error;
          }),
        ),
        { refusedPersona: 'throw' },
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(async (context) => {
        await expect(greet(context)).rejects.toThrow(PersonaRefusedError);
      });
      expect(bot.errors).toEqual([]);
      expect(rejected.mock.calls).toEqual([[expect.any(PersonaRefusedError)]]);
      expect(shown(bot.emulator)).toEqual([]);
    });

    test('signText signs the text as the wrapper changed it', async () => {
      const { bot } = await start(
        replacing((sendText, text) =>
          sendText(text.toUpperCase(), { quickReplies: [] }),
        ),
        { signText: (text, { name }) => `${name}: ${text}` },
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(greet);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: Adam: HI', 'Page: Adam: HI']);
    });

    test('pictures and typing, which signText cannot sign, are sent unchanged', async () => {
      const { bot } = await start(
        (context) => {
          for (const method of ['sendImage', 'typingOn'] as const) {
            replacing(
              (original, ...args) => original(...args),
              method,
            )(context);
          }
        },
        { signText: (text, { name }) => `${name}: ${text}` },
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run((context) =>
        context.withPersona('adam', async () => {
          await context.typingOn();
          await context.sendImage('https://example.com/a.png');
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Page: [typing_on]',
        'Page: [image]',
      ]);
      const sent = await bodies(bot.emulator, SEND);
      // A batch's bodies are form-encoded, field by field.
      const typing = sent.filter((body) => 'sender_action' in body);
      expect(typing.map((body) => Object.keys(body).sort())).toEqual([
        ['persona_id', 'recipient', 'sender_action'],
        ['recipient', 'sender_action'],
      ]);
    });

    test('a text that a wrapper sends instead of a picture is signed', async () => {
      const { bot } = await start(
        (context) => Object.setPrototypeOf(context, WordyContext.prototype),
        { signText: (text, { name }) => `${name}: ${text}` },
      );
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(async (context) => {
        await context.withPersona('adam', () =>
          context.sendImage('https://example.com/a.png'),
        );
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: Adam: See the shop’s page']);
    });

    test('each of several messages that a wrapper sends for one is handled on its own', async () => {
      const { bot, onRefused } = await start(
        replacing(async (sendText, text, options) => {
          await sendText(`${text} 1`, options);
          return sendText(`${text} 2`, options);
        }),
      );
      await bot.run(greet);
      bot.emulator.setEuropean(CUSTOMER, true);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Adam: hi 1',
        'Adam: hi 2',
        'Page: hi 1',
        'Page: hi 2',
      ]);
      expect(onRefused).toHaveBeenCalledTimes(1);
      expect(await bodies(bot.emulator, SEND)).toHaveLength(5);
    });

    test('a message that is refused for the Page, too, is not sent a third time', async () => {
      const { bot } = await start(
        replacing((sendText, ...args) => sendText(...args)),
      );
      const error = {
        code: 10,
        error_subcode: 2018336,
        message: 'No personas',
      };
      bot.emulator.fail({ path: '/me/messages', times: 2, status: 400, error });
      await bot.run(async (context) => {
        await expect(greet(context)).rejects.toThrow();
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([]);
      expect(await bodies(bot.emulator, SEND)).toHaveLength(2);
    });

    test('any other error is passed on, and nothing is sent again', async () => {
      const { bot } = await start(
        replacing((sendText, _text, options) => sendText('', options)),
      );
      await bot.run(async (context) => {
        await expect(greet(context)).rejects.toThrow();
      });
      expect(bot.errors).toEqual([]);
      expect(await bodies(bot.emulator, SEND)).toHaveLength(1);
    });

    test('without a persona, methods that nobody wraps are Bottender’s own', async () => {
      let given: unknown;
      const { bot } = await start((context) => {
        given = context.client;
        replacing((sendText, ...args) => sendText(...args))(context);
      });
      await bot.run(async (context) => {
        expect(context.client).toBe(given);
        expect(context.accessToken).toBe(PAGE.accessToken);
        await context.sendText('one');
        await context.withPersona('adam', async () => {
          await context.typingOn();
          await context.sendText('two', { personaId: null });
          await context.markSeen();
          expect(await context.getUserProfile()).toHaveProperty('id');
          await context.client.sendText(CUSTOMER, 'three');
        });
        const other = {} as typeof context.client;
        jest.spyOn(context, 'client', 'get').mockReturnValue(other);
        expect(context.client).toBe(other);
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Page: one',
        'Adam: [typing_on]',
        'Page: two',
        'Page: [mark_seen]',
        'Page: three',
      ]);
    });
  },
);

describe.each(Object.entries(CHANNEL_STAGES))('on %s', (title, open) => {
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  describe.each(WRAPPER_NAMES)('another plugin, which %s,', (wrapper) => {
    test.each(['before', 'after'] as const)(
      'and is installed %s ours: runs once, sees the bot’s arguments, and keeps the speaker of the call',
      async (position) => {
        const onCall = jest.fn();
        const onRefused = jest.fn();
        const ours = personas({ directory: DIRECTORY, onRefused });
        const theirs = wrapping(wrapper, onCall);
        const plugins = position === 'before' ? [theirs, ours] : [ours, theirs];
        const options = deepFrozen({ personaId: 'eve' });
        const stage = await open();
        const say = (refuses: boolean, given?: object) =>
          stage.play({
            plugins,
            refuses,
            async action(context) {
              context.usePersona('adam');
              const sending = context.sendText('hi', given);
              context.usePersona(null);
              await sending;
            },
          });
        expect(await say(false)).toEqual(['Adam: hi']);
        expect(await say(false, options)).toEqual(['Eve: hi']);
        expect(onCall.mock.calls).toEqual([
          ['hi', undefined],
          ['hi', options],
        ]);
        // No answer of Viber's is known that refuses a sender.
        if (title === 'Viber') return;
        expect(await say(true)).toEqual(['Page: hi']);
        expect(onCall).toHaveBeenCalledTimes(3);
        expect(onRefused).toHaveBeenCalledTimes(1);
      },
    );
  });
});

test('a plugin that calls usePersona in its wrapper changes the speaker from then on', async () => {
  const wrap = (context: PersonaContext) => {
    const sendText = context.sendText.bind(context);
    Object.assign(context, {
      async sendText(text: string) {
        await Promise.resolve();
        if (text === 'eve please') context.usePersona('eve');
        return sendText(text);
      },
    });
  };
  for (const order of ['before', 'after']) {
    const ours = personas({ directory: DIRECTORY });
    const plugins = order === 'before' ? [wrap, ours] : [ours, wrap];
    const bot = await startBot({ plugins: plugins });
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendText('one');
      await context.withPersona('adam', async () => {
        await context.sendText('eve please');
        await context.sendText('two');
      });
      await context.sendText('three');
      await context.sendText('eve please');
      await context.sendText('four');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Eve: eve please',
      'Eve: two',
      'Adam: three',
      'Eve: eve please',
      'Eve: four',
    ]);
  }
});

test('a mock in place of a method records the calls as the bot made them', async () => {
  const before = jest.fn<Promise<void>, unknown[]>(() => Promise.resolve());
  const mock = (context: PersonaContext) =>
    void Object.assign(context, { sendImage: before });
  const bot = await startBot({
    plugins: [mock, personas({ directory: DIRECTORY })] as Plugin[],
  });
  await bot.run(async (context) => {
    context.usePersona('adam');
    await context.sendImage('https://example.com/a.png');
    expect(jest.mocked(context.sendImage).mock.calls).toEqual([
      ['https://example.com/a.png'],
    ]);
    const spy = jest.spyOn(context, 'sendText');
    await context.sendText('hi', { tag: 'HUMAN_AGENT' });
    expect(context.sendText).toHaveBeenCalledWith('hi', { tag: 'HUMAN_AGENT' });
    spy.mockRestore();
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: hi']);
});

describe('a wrapper that is not enumerable remembers its speaker', () => {
  test.each<[string, object]>([
    ['nothing more', {}],
    ['another property', { note: 'VIP' }],
    ['nothing in its place', { sendText: undefined }],
  ])('also after a context with %s', async (_what, first) => {
    let isFirst = true;
    const wrap: Plugin = (context) => {
      if (isFirst) return void Object.assign(context, first);
      const original = context.sendText.bind(context) as SendText;
      const value = async (...args: Parameters<SendText>) => {
        await nextTurn();
        return original(...args);
      };
      const wrapper = { value, configurable: true };
      return void Object.defineProperty(context, 'sendText', wrapper);
    };
    const bot = await startBot({
      plugins: [wrap, personas({ directory: DIRECTORY })] as Plugin[],
    });
    await bot.run(() => {});
    isFirst = false;
    await bot.run(async (context) => {
      context.usePersona('adam');
      const sending = context.sendText('hi');
      context.usePersona('eve');
      await sending;
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });
});

test('a wrapper that cannot be replaced is called as it is', async () => {
  const wrap = (context: PersonaContext) => {
    const value = context.sendText.bind(context);
    Object.defineProperty(context, 'sendText', { value });
  };
  const bot = await startBot({
    plugins: [wrap, personas({ directory: DIRECTORY })],
  });
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.sendText('one'));
    await context.as('eve').sendText('two');
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: one', 'Eve: two']);
});

describe('the methods of `chat` on Slack keep the speaker of the call', () => {
  type Slack = PersonaContext<SlackContext>;

  class TranslatingContext extends SlackContext {
    override async _postMessage(
      options: Parameters<SlackContext['_postMessage']>[0],
    ) {
      await nextTurn();
      return super._postMessage(options) as Promise<unknown>;
    }
  }

  /** Wraps it twice, the second time after its first call. */
  async function wrapPost({ chat }: SlackContext) {
    const post = chat.postMessage;
    chat.postMessage = () => Promise.resolve();
    await chat.postMessage({ text: 'not sent' });
    chat.postMessage = async (options) => {
      await nextTurn();
      return post(options) as Promise<unknown>;
    };
  }
  const wrap = (context: Slack) => wrapPost(context);
  const ours = () => personas({ directory: DIRECTORY });

  test.each<[string, ChannelSetup]>([
    ['beneath another plugin’s wrapper', { plugins: [ours(), wrap] }],
    ['above another plugin’s wrapper', { plugins: [wrap, ours()] }],
    [
      'with a class that overrides them',
      { plugins: [ours()], contextClass: TranslatingContext },
    ],
  ])('%s', async (_where, setup) => {
    const bot = await startOn('slack', setup);
    const sent = await bot.run(async (context: Slack) => {
      const { chat } = context;
      expect(chat.postMessage).toBe(chat.postMessage);
      context.usePersona('adam');
      const sending = [
        chat.postMessage({ text: 'one' }),
        chat.postMessage(deepFrozen({ text: 'two', personaId: 'eve' })),
        chat.postMessage({ text: 'three', username: 'Mine' }),
      ];
      context.usePersona(null);
      await Promise.all(sending);
    });
    expect(bot.errors).toEqual([]);
    const shownAs = sent.map(({ body }) => [body.text, body.username]);
    expect(shownAs).toEqual([
      ['one', 'Adam'],
      ['two', 'Eve'],
      ['three', 'Mine'],
    ]);
  });
});
