import { MessengerContext, withTyping } from 'bottender';
import {
  PersonaRefusedError,
  personas,
  type PersonaContext,
} from 'bottender-persona';

import { CUSTOMER, PAGE, startBot, type BotSetup } from '../support/bot';
import { profile } from '../support/faces';
import { deleteElsewhere, idsOf, watch } from '../support/graph';
import { alive, bodies, shown } from '../support/wire';

type Plugin = (context: PersonaContext) => unknown;
type SendText = MessengerContext['sendText'];

const MODES: [string, BotSetup][] = [
  ['directly', {}],
  ['in batch mode', { batchDelayMs: 20 }],
];
const SEND = 'POST /me/messages';
const DIRECTORY = { adam: profile('Adam') };

/** Another plugin, which stands before ours and wraps a method. */
function wrapping(
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

/** A class of somebody's own, whose method calls another one that is covered. */
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

describe.each(MODES)(
  'beneath the wrappers of others, sent %s',
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

    test('a refused message is typed once with Bottender’s withTyping', async () => {
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

    test('a refused message goes out as its wrapper made it, and the wrapper runs once', async () => {
      const ran = jest.fn();
      const { bot } = await start(
        wrapping(async (sendText, text, options) => {
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
      const sends = watch(bot.emulator);
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: hi, Eva']);
      expect(ran).toHaveBeenCalledTimes(1);
      expect(sends().filter((call) => call === SEND)).toHaveLength(2);
      const [first, second] = await bodies(bot.emulator, SEND);
      const [id] = idsOf(bot.emulator, 'Adam');
      expect(first).toEqual({ ...second, persona_id: id });
      expect(second).toMatchObject({ tag: 'HUMAN_AGENT' });
    });

    test('a persona that is gone is made anew there', async () => {
      const ran = jest.fn();
      const { bot } = await start(
        wrapping((sendText, ...args) => {
          ran();
          return sendText(...args);
        }),
      );
      await bot.run(greet);
      await deleteElsewhere(bot.emulator, idsOf(bot.emulator, 'Adam')[0] ?? '');
      await bot.run(greet);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: hi']);
      expect(ran).toHaveBeenCalledTimes(2);
    });

    test('so is one that was made on the fly', async () => {
      const { bot } = await start(
        wrapping((sendText, ...args) => sendText(...args)),
      );
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
          await deleteElsewhere(bot.emulator, id ?? '');
          await context.sendText('hi');
        });
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Guest: hi']);
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('a class that overrides a method is such a wrapper', async () => {
      ran.mockClear();
      const { bot, onRefused } = await start(
        (context) => Object.setPrototypeOf(context, PoliteContext.prototype),
        { signText: (text, { name }) => `${name}: ${text}` },
      );
      await bot.run(greet);
      await deleteElsewhere(bot.emulator, idsOf(bot.emulator, 'Adam')[0] ?? '');
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

    test('with `throw` the wrapper sees the rejection, once', async () => {
      const rejected = jest.fn();
      const { bot } = await start(
        wrapping((sendText, ...args) =>
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

    test('signText signs the text that the wrapper made', async () => {
      const { bot } = await start(
        wrapping((sendText, text) =>
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

    test('a picture, and typing, which no text can sign, go out as they are', async () => {
      const { bot } = await start(
        (context) => {
          for (const method of ['sendImage', 'typingOn'] as const) {
            wrapping((original, ...args) => original(...args), method)(context);
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

    test('a text that somebody has made of a picture is signed', async () => {
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

    test('each of the messages that a wrapper makes of one is seen to by itself', async () => {
      const { bot, onRefused } = await start(
        wrapping(async (sendText, text, options) => {
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

    test('what the Page may not say either is not said a third time', async () => {
      const { bot } = await start(
        wrapping((sendText, ...args) => sendText(...args)),
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

    test('any other error comes through, and nothing is sent again', async () => {
      const { bot } = await start(
        wrapping((sendText, _text, options) => sendText('', options)),
      );
      await bot.run(async (context) => {
        await expect(greet(context)).rejects.toThrow();
      });
      expect(bot.errors).toEqual([]);
      expect(await bodies(bot.emulator, SEND)).toHaveLength(1);
    });

    test('without a persona, and what is not wrapped, is Bottender’s own', async () => {
      let given: unknown;
      const { bot } = await start((context) => {
        given = context.client;
        wrapping((sendText, ...args) => sendText(...args))(context);
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
