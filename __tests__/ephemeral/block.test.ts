import { personas, type PersonaContext } from 'bottender-persona';

import {
  type BotSetup,
  CUSTOMER,
  type RunningBot,
  SEND_MODES,
  startBot,
} from '../support/bot';
import { advanceTime } from '../support/clock';
import { alive, calls, shown } from '../support/emulatorState';
import { gate } from '../support/gate';
import { deletePersona, profile } from '../support/personas';
import { filenameOption } from '../support/sends';

const REFUSED = {
  path: '/me/messages',
  times: 1,
  status: 400,
  error: { code: 551, message: "This person isn't available right now." },
};

async function start(setup: BotSetup = {}): Promise<RunningBot> {
  const bot = await startBot({ plugins: [personas()], ...setup });
  // Whatever is sent takes its time, so that a hasty deletion would overtake it.
  bot.emulator.fail({ path: '/me/messages', delayMs: 30 });
  return bot;
}

/** What reached Messenger, in the order of the answers. */
function wire(bot: RunningBot): string[] {
  return calls(bot.emulator)
    .filter((call) => call !== 'POST /')
    .map((call) => call.replace(/^DELETE \/\d+$/, 'DELETE'));
}

describe.each(SEND_MODES)(
  'a block of withEphemeralPersona, sending %s',
  (_mode, setup) => {
    test('costs one creation and one deletion, however many messages it sends', async () => {
      const bot = await start(setup);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), async () => {
          await context.sendText('one');
          await context.sendText('two');
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Guest: one', 'Guest: two']);
      expect(wire(bot)).toEqual([
        'POST /me/personas',
        'POST /me/messages',
        'POST /me/messages',
        'DELETE',
      ]);
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('deletes the persona after the last answer, also to sends that nobody awaits', async () => {
      const bot = await start(setup);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), () => {
          void context.sendText('one');
          void context.typingOn();
          void context.sendImage(
            Buffer.from('a picture'),
            filenameOption('a.png'),
          );
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator).sort()).toEqual([
        'Guest: [image]',
        'Guest: [typing_on]',
        'Guest: one',
      ]);
      expect(wire(bot).sort()).toEqual([
        'DELETE',
        'POST /me/message_attachments',
        'POST /me/messages',
        'POST /me/messages',
        'POST /me/messages',
        'POST /me/personas',
      ]);
      expect(wire(bot).at(-1)).toBe('DELETE');
    });

    test('has deleted the persona when the block is over', async () => {
      const bot = await start(setup);
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), () => {
          void context.sendText('hi');
        });
        expect(alive(bot.emulator)).toEqual([]);
        expect(shown(bot.emulator)).toEqual(['Guest: hi']);
      });
      expect(bot.errors).toEqual([]);
    });

    test('deletes the persona if the handler throws, and passes the error on unchanged', async () => {
      const bot = await start(setup);
      const error = new Error('no such order');
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), () => {
          void context.sendText('hi');
          throw error;
        }),
      );
      expect(bot.errors).toEqual([error]);
      expect(bot.errors[0]).toBe(error);
      expect(shown(bot.emulator)).toEqual(['Guest: hi']);
      expect(wire(bot).at(-1)).toBe('DELETE');
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('deletes the persona if a send is refused, and passes the error on', async () => {
      const bot = await start(setup);
      let refusal: unknown;
      bot.emulator.fail(REFUSED);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), async () => {
          await context.sendText('hi').catch((error: unknown) => {
            refusal = error;
            throw error;
          });
        }),
      );
      expect(refusal).toBeInstanceOf(Error);
      expect(bot.errors[0]).toBe(refusal);
      expect(wire(bot)).toEqual([
        'POST /me/personas',
        'POST /me/messages',
        'DELETE',
      ]);
    });

    test('deletes the persona if a send that nobody awaits is refused', async () => {
      const bot = await start(setup);
      const refused = jest.fn();
      bot.emulator.fail(REFUSED);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), () => {
          void context.sendText('one').catch(refused);
          void context.sendText('two').catch(refused);
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(refused).toHaveBeenCalledTimes(1);
      expect(shown(bot.emulator)).toHaveLength(1);
      expect(wire(bot).at(-1)).toBe('DELETE');
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('shows the persona on a send from a timer after the block, and leaves nothing behind', async () => {
      const bot = await start(setup);
      const over = gate();
      let late: Promise<unknown> | undefined;
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), () => {
          late = over.opened.then(() => context.sendText('by the way'));
        });
        expect(alive(bot.emulator)).toEqual([]);
      });
      over.open();
      await late;
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Guest: by the way']);
      await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
    });

    test('keeps the persona for everything that a function started in it sends', async () => {
      const bot = await start(setup);
      const done = gate();
      async function goOn(context: PersonaContext) {
        await context.sendText('one');
        await context.sendText('two');
        await context.sendText('three');
        done.open();
      }
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), () => {
          void goOn(context);
        }),
      );
      await done.opened;
      expect(shown(bot.emulator)).toEqual([
        'Guest: one',
        'Guest: two',
        'Guest: three',
      ]);
      await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
    });

    test('can be nested, and run beside others', async () => {
      const bot = await start(setup);
      await bot.run((context) =>
        context.withEphemeralPersona(profile('Guest'), async () => {
          await context.sendText('1');
          await Promise.all([
            context.withEphemeralPersona(profile('Cook'), async () => {
              await context.sendText('2');
            }),
            context.withEphemeralPersona(profile('Waiter'), () => {
              void context.sendText('3');
            }),
            context.withEphemeralPersona(profile('Guest'), () =>
              context.sendText('4'),
            ),
          ]);
          expect(alive(bot.emulator)).toEqual(['Guest']);
          await context.sendText('5');
        }),
      );
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator).sort()).toEqual([
        'Cook: 2',
        'Guest: 1',
        'Guest: 4',
        'Guest: 5',
        'Waiter: 3',
      ]);
      expect(alive(bot.emulator)).toEqual([]);
    });

    test('that nobody awaits deletes its persona, too', async () => {
      const bot = await start(setup);
      let block: Promise<unknown> | undefined;
      await bot.run((context) => {
        block = context.withEphemeralPersona(profile('Guest'), async () => {
          await context.sendText('hi');
        });
      });
      await block;
      expect(shown(bot.emulator)).toEqual(['Guest: hi']);
      expect(alive(bot.emulator)).toEqual([]);
    });
  },
);

test('a persona that could not be created again is tried again by the next send', async () => {
  const bot = await start({ plugins: [personas({ onRefused: () => {} })] });
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
      await deletePersona(bot.emulator, id ?? '');
      bot.emulator.fail({
        method: 'POST',
        path: '/me/personas',
        times: 1,
        status: 400,
        error: { code: 200, message: 'Permissions error' },
      });
      await context.sendText('from the Page, which steps in');
      advanceTime(1000);
      await context.sendText('from the guest, who is back');
    });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual([
    'Page: from the Page, which steps in',
    'Guest: from the guest, who is back',
  ]);
  expect(alive(bot.emulator)).toEqual([]);
});

describe('an ephemeral persona that is named by its ID', () => {
  test('is shown although someone deleted it, also in a nested block', async () => {
    const bot = await start();
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), ({ id }) =>
        context.withEphemeralPersona(profile('Visitor'), async (visitor) => {
          for (const made of [id, visitor.id]) {
            await deletePersona(bot.emulator, made ?? '');
            await context.sendText('hi', { personaId: made ?? '' });
          }
        }),
      ),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: hi', 'Visitor: hi']);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('means the one that has replaced it', async () => {
    const onRefused = jest.fn();
    const bot = await start({ plugins: [personas({ onRefused })] });
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
        await deletePersona(bot.emulator, id ?? '');
        await context.sendText('one');
        await context.sendText('two', { personaId: id });
        await context.withPersona(id, () => context.sendText('three'));
        await context.as(id).sendText('four');
        await context.as(context.persona).sendText('five');
        context.usePersona(id);
        await context.sendText('six');
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(
      ['one', 'two', 'three', 'four', 'five', 'six'].map(
        (text) => `Guest: ${text}`,
      ),
    );
    expect(onRefused).not.toHaveBeenCalled();
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('is known to a timer after the block, also in blocks that it opens', async () => {
    const onRefused = jest.fn();
    const plugin = personas({
      directory: { adam: profile('Adam') },
      onRefused,
    });
    const bot = await start({ plugins: [plugin] });
    const over = gate();
    let late: Promise<unknown> | undefined;
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), ({ id }) => {
        late = over.opened.then(async () => {
          await context.withPersona(id, () => context.sendText('one'));
          await context.withPersona(null, async () => {
            await context.sendText('two', { personaId: id });
            await context.withPersona('adam', () =>
              context.as(id).sendText('three'),
            );
            await context.withEphemeralPersona(profile('Visitor'), () =>
              context.withPersona(id, () => context.sendText('four')),
            );
          });
        });
      });
    });
    over.open();
    await late;
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(
      ['one', 'two', 'three', 'four'].map((text) => `Guest: ${text}`),
    );
    expect(onRefused).not.toHaveBeenCalled();
    await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
  });

  test('is not created again for another context, whose message is sent as the Page', async () => {
    const onRefused = jest.fn();
    const bot = await start({ plugins: [personas({ onRefused })] });
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
        await deletePersona(bot.emulator, id ?? '');
        await bot.run(async (other) => {
          await other.sendText('hi', { personaId: id ?? '' });
        });
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

describe('a send from a timer after the block', () => {
  /** Lets the block end before its timer sends. */
  async function sendLate(bot: RunningBot): Promise<void> {
    const over = gate();
    let late: Promise<unknown> | undefined;
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), () => {
        late = over.opened.then(() => context.sendText('by the way'));
      });
    });
    over.open();
    await late;
    expect(bot.errors).toEqual([]);
  }

  test('is sent as the Page if the persona cannot be created again', async () => {
    const onRefused = jest.fn();
    const bot = await start({ plugins: [personas({ onRefused })] });
    const isMade = () => bot.emulator.state().personas.length > 0;
    const made = bot.emulator.waitFor(isMade).then(() => {
      bot.emulator.fail({
        method: 'POST',
        path: '/me/personas',
        status: 400,
        error: { code: 200, message: 'Permissions error' },
      });
    });
    await Promise.all([made, sendLate(bot)]);
    expect(shown(bot.emulator)).toEqual(['Page: by the way']);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('shows the persona although someone deletes it meanwhile', async () => {
    let deletes = 0;
    const bot = await start({
      plugins: [
        (context) => {
          const { client } = context;
          const sendText = client.sendText.bind(client);
          client.sendText = async (recipient, text, options) => {
            const id = options?.personaId ?? '';
            if (deletes++ === 0) await deletePersona(bot.emulator, id);
            return sendText(recipient, text, options);
          };
        },
        personas(),
      ],
    });
    await sendLate(bot);
    expect(deletes).toBe(2);
    expect(shown(bot.emulator)).toEqual(['Guest: by the way']);
    await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
  });
});

test('a send in a block returns Bottender’s own result', async () => {
  const bot = await start();
  let answer: unknown;
  await bot.run((context) =>
    context.withEphemeralPersona(profile('Guest'), async () => {
      answer = await context.sendText('hi');
    }),
  );
  expect(answer).toMatchObject({
    recipientId: CUSTOMER,
    messageId: expect.stringMatching(/^m_/) as string,
  });
});
