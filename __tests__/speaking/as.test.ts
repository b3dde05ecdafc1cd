import { EventEmitter, once } from 'node:events';

import {
  withTyping,
  type MessengerContext,
  type MessengerTypes,
} from 'bottender';
import {
  InvalidPersonaError,
  PersonaRefusedError,
  personas,
  UnsupportedSenderActionError,
  type PersonaContext,
} from 'bottender-persona';

import { type BotSetup, CUSTOMER, SEND_MODES, startBot } from '../support/bot';
import { alive, bodies, calls, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { createPersonas, profile } from '../support/personas';
import { filenameOption, SEND_METHODS, SENDS } from '../support/sends';

const OPTIONS: MessengerTypes.SendOption = Object.freeze({
  tag: 'HUMAN_AGENT',
});

type Plugin = (context: PersonaContext) => unknown;

const NAMES = ['Adam', 'Bea'] as const;

async function start(
  setup: BotSetup = {},
  options: Parameters<typeof personas>[0] = {},
) {
  const onRefused = jest.fn();
  const plugin = personas({ onRefused, ...options });
  const bot = await startBot({ plugins: [plugin], ...setup });
  return { bot, onRefused, ids: await createPersonas(bot.emulator, NAMES) };
}

describe.each(SEND_MODES)('a speaker, %s', (_mode, setup) => {
  test.each(SEND_METHODS)('%s carries its persona', async (method) => {
    const { bot, ids } = await start(setup);
    await bot.run(async (context) => {
      context.usePersona(ids.Bea);
      // What it lacks is no option of these calls.
      const adam = context.as(ids.Adam) as PersonaContext;
      const page = context.as(null) as PersonaContext;
      await Promise.all([
        SENDS[method](adam, OPTIONS),
        SENDS[method](context, OPTIONS),
        SENDS[method](page, OPTIONS),
      ]);
    });
    expect(bot.errors).toEqual([]);
    const sent = await bodies(bot.emulator, 'POST /me/messages');
    const [{ persona_id: _bea, ...plain } = {}] = sent.filter(
      ({ persona_id }) => persona_id === ids.Bea,
    );
    expect(sent).toHaveLength(3);
    expect(sent).toContainEqual({ ...plain, persona_id: ids.Adam });
    expect(sent).toContainEqual(plain);
  });

  test('a file is uploaded, and shows its persona', async () => {
    const { bot, ids } = await start(setup);
    await bot.run(async (context) => {
      await context
        .as(ids.Adam)
        .sendImage(Buffer.from('a picture'), filenameOption('pear.png'));
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: [image]']);
  });

  test('if its persona is refused, the message is sent once, as the Page', async () => {
    const { bot, ids, onRefused } = await start(setup);
    bot.emulator.setEuropean(CUSTOMER, true);
    await bot.run(async (context) => {
      await context.as(ids.Adam).sendText('hi');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(onRefused.mock.calls).toEqual([
      [
        expect.objectContaining({ reason: 'region' }),
        expect.objectContaining({ recipient: CUSTOMER, persona: ids.Adam }),
      ],
    ]);
  });

  test('an ephemeral persona is kept until its sends are answered, wherever they come from', async () => {
    const { bot } = await start(setup);
    const elsewhere = new EventEmitter();
    // Listened to outside of every block, and so called outside of every one.
    const asked = once(elsewhere, 'guest');
    const answered = asked.then(([guest]: PersonaContext[]) =>
      guest?.sendText('from elsewhere'),
    );
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), () => {
        const guest = context.as();
        elsewhere.emit('guest', guest);
      });
      expect(alive(bot.emulator)).toEqual([...NAMES]);
    });
    await answered;
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: from elsewhere']);
  });
});

describe('who speaks', () => {
  test('two speakers make a dialogue, without a block and without a trace', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      const adam = context.as(ids.Adam);
      const bea = context.as(ids.Bea);
      await adam.sendText('Is it ripe?');
      await bea.typing(1);
      await bea.sendText('Yes.');
      expect(context.persona).toBe(null);
      await context.sendText('So it is.');
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: Is it ripe?',
      'Bea: [typing_on]',
      'Bea: [typing_off]',
      'Bea: Yes.',
      'Page: So it is.',
    ]);
  });

  test('is the speaker, whatever block the call is in', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      const adam = context.as(ids.Adam);
      const page = context.as(null);
      await context.withPersona(ids.Bea, async () => {
        await adam.sendText('one');
        await page.sendText('two');
        await context.sendText('three');
      });
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: one',
      'Page: two',
      'Bea: three',
    ]);
  });

  test('without a persona, is the one that was active when the speaker was created', async () => {
    const initialPersona = ({ state }: { state: { id?: string } }) =>
      state.id ?? null;
    const { bot, ids } = await start({}, { initialPersona });
    await bot.run(async (context) => {
      const page = context.as();
      context.usePersona(ids.Adam);
      const adam = context.as();
      const bea = await context.withPersona(ids.Bea, () => context.as());
      context.usePersona(null);
      await bea.sendText('one');
      await adam.sendText('two');
      await page.sendText('three');
      context.setState({ id: ids.Bea });
    });
    await bot.run(async (context) => {
      const initial = context.as();
      context.usePersona(null);
      await initial.sendText('four');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Bea: one',
      'Adam: two',
      'Page: three',
      'Bea: four',
    ]);
  });

  test('is the speaker, even if the call has a personaId', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      const own: object = { personaId: ids.Bea, persona_id: ids.Bea };
      await context.as(ids.Adam).sendText('one', own);
      await context.as(null).sendText('two', own);
    });
    expect(shown(bot.emulator)).toEqual(['Adam: one', 'Page: two']);
  });

  test('can be a name of the directory', async () => {
    const directory = { eve: profile('Eve') };
    const { bot } = await start({}, { directory });
    await bot.run(async (context) => {
      await context.as('eve').sendText('hi');
    });
    expect(shown(bot.emulator)).toEqual(['Eve: hi']);
  });
});

describe('its methods', () => {
  test('are bound, and are the methods that send and type', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      const adam = context.as(ids.Adam);
      expect(Object.keys(adam).sort()).toEqual(
        [...SEND_METHODS, 'typing'].sort(),
      );
      expect(Reflect.get(adam, 'sendPoll')).toBeUndefined();
      const { sendText, typingOn } = adam;
      await Promise.all(['one', 'two'].map((text) => sendText(text)));
      await typingOn();
    });
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: [typing_on]',
      'Adam: one',
      'Adam: two',
    ]);
  });

  test('are the context’s own, with wrappers that were added before or after', async () => {
    const seen: (string | null)[] = [];
    const wrap = (context: MessengerContext) => {
      const sendText = context.sendText.bind(context);
      context.sendText = async (...args: Parameters<typeof sendText>) => {
        seen.push((context as PersonaContext).persona);
        await context.typingOn();
        return sendText(...args);
      };
    };
    for (const order of ['before', 'after']) {
      const plugins: Plugin[] = [wrap, personas()];
      if (order === 'after') plugins.reverse();
      const { bot, ids } = await start({ plugins });
      await bot.run(async (context) => {
        await context.as(ids.Adam).sendText('hi');
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Adam: [typing_on]', 'Adam: hi']);
      expect(seen.splice(0)).toEqual([ids.Adam]);
    }
  });

  test('are wrapped by Bottender’s withTyping, too', async () => {
    const plugins = [withTyping({ delay: 1 }) as Plugin, personas()];
    const { bot, ids } = await start({ plugins });
    await bot.run(async (context) => {
      await context.as(ids.Adam).sendText('hi');
    });
    expect(shown(bot.emulator)).toEqual(['Adam: [typing_on]', 'Adam: hi']);
  });
});

describe('a refusal', () => {
  test.each([[''], [' '], [undefined], [5], [{}]])(
    'as(%p) throws at once',
    async (persona) => {
      const { bot } = await start();
      await bot.run((context) => {
        expect(() => context.as(persona as string)).toThrow(
          InvalidPersonaError,
        );
      });
      expect(bot.errors).toEqual([]);
    },
  );

  test('of an unknown name is reported with the closest match, without a Graph call', async () => {
    const directory = { adam: profile('Adam') };
    const { bot, onRefused } = await start({}, { directory });
    await bot.run(async (context) => {
      await context.as('adma').sendText('hi');
    });
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    const [[error] = []] = onRefused.mock.calls as [PersonaRefusedError][];
    expect(error?.message).toMatch('did you mean "adam"');
    expect(calls(bot.emulator)).toEqual([
      'POST /me/personas',
      'POST /me/personas',
      'POST /me/messages',
    ]);
  });

  test('rejects the send with `throw`', async () => {
    const { bot } = await start({}, { refusedPersona: 'throw' });
    await bot.run(async (context) => {
      await expect(context.as('nobody').sendText('hi')).rejects.toThrow(
        PersonaRefusedError,
      );
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([]);
  });

  test('sender actions that personas do not support are rejected', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      await expect(
        context.as(ids.Adam).sendSenderAction('mark_seen'),
      ).rejects.toThrow(UnsupportedSenderActionError);
      await context.as(null).sendSenderAction('mark_seen');
    });
    expect(shown(bot.emulator)).toEqual(['Page: [mark_seen]']);
  });

  test('any other error of Messenger is passed on', async () => {
    const { bot, ids } = await start();
    await bot.run(async (context) => {
      await expect(context.as(ids.Adam).sendText('')).rejects.toThrow('100');
    });
    expect(bot.errors).toEqual([]);
  });
});

describe('a speaker for an ephemeral persona', () => {
  test('returns Messenger’s answer, as every send does', async () => {
    const { bot } = await start();
    let answer: unknown;
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), async () => {
        answer = await context.as().sendText('hi');
      });
    });
    expect(answer).toMatchObject({
      recipientId: CUSTOMER,
      messageId: expect.any(String) as string,
    });
  });

  test('by its ID, in its block, is that persona, too', async () => {
    const { bot } = await start();
    const late = gate();
    let answered: Promise<unknown> | undefined;
    await bot.run(async (context) => {
      const guest = await context.withEphemeralPersona(
        profile('Guest'),
        ({ id }) => context.as(id),
      );
      expect(alive(bot.emulator)).toEqual([...NAMES]);
      answered = late.opened.then(() => guest.sendText('by the way'));
    });
    late.open();
    await answered;
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: by the way']);
    expect(alive(bot.emulator)).toEqual([...NAMES]);
  });

  test('creates it again for each send after the block, and leaves nothing behind', async () => {
    const { bot } = await start();
    await bot.run(async (context) => {
      const guest = await context.withEphemeralPersona(profile('Guest'), () =>
        context.as(),
      );
      await guest.sendText('one');
      await guest.sendText('two');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: one', 'Guest: two']);
    expect(alive(bot.emulator)).toEqual([...NAMES]);
    const made = calls(bot.emulator).slice(NAMES.length);
    // For the block, and for each of the two.
    expect(made.filter((call) => call === 'POST /me/personas')).toHaveLength(3);
  });

  test('keeps it while another plugin’s wrapper still waits', async () => {
    const waiting = gate();
    const goOn = gate();
    const wrap = (context: MessengerContext) => {
      const sendText = context.sendText.bind(context);
      context.sendText = async (...args: Parameters<typeof sendText>) => {
        waiting.open();
        await goOn.opened;
        return sendText(...args);
      };
    };
    const { bot } = await start({ plugins: [personas(), wrap] });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), async () => {
        void context.as().sendText('hi');
        await waiting.opened;
        setImmediate(goOn.open);
      });
    });
    expect(shown(bot.emulator)).toEqual(['Guest: hi']);
    const made = calls(bot.emulator).slice(NAMES.length);
    expect(made.filter((call) => call === 'POST /me/personas')).toHaveLength(1);
  });

  test('creates nothing for a message that is not sent', async () => {
    const warn = jest.spyOn(console, 'error').mockImplementation();
    const { bot } = await start();
    await bot.runHere(
      async (context) => {
        const guest = await context.withEphemeralPersona(profile('Guest'), () =>
          context.as(),
        );
        await guest.sendText('hi');
      },
      CUSTOMER,
      { message: { is_echo: true, mid: 'm_1', text: 'hi' } },
    );
    expect(bot.errors).toEqual([]);
    expect(warn.mock.calls[0]?.[0]).toMatch('sendText');
    warn.mockRestore();
    expect(calls(bot.emulator)).not.toContain('POST /me/messages');
    expect(alive(bot.emulator)).toEqual([...NAMES]);
  });
});
