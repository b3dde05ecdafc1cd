import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { shown } from '../support/emulatorState';
import { createPersonas } from '../support/personas';

let bot: RunningBot;
let ids: Record<'Adam' | 'Bea', string>;

beforeEach(async () => {
  bot = await startBot({
    plugins: [personas()],
    onError: async (context) => {
      await context.sendText(`sorry, ${context.persona}`);
    },
  });
  ids = await createPersonas(bot.emulator, ['Adam', 'Bea']);
});

/** What an event's sends show. */
async function run(
  action: (context: PersonaContext) => Promise<unknown>,
): Promise<string[]> {
  await bot.run(async (context) => {
    await action(context);
  });
  return shown(bot.emulator);
}

describe('usePersona', () => {
  test('speaks from then on', async () => {
    const says = await run(async (context) => {
      await context.sendText('before');
      context.usePersona(ids.Adam);
      await context.sendText('after');
      await context.sendText('and on');
      context.usePersona(ids.Bea);
      await context.sendText('now Bea');
    });
    expect(says).toEqual([
      'Page: before',
      'Adam: after',
      'Adam: and on',
      'Bea: now Bea',
    ]);
  });

  test('null is the Page', async () => {
    const says = await run(async (context) => {
      context.usePersona(ids.Adam);
      context.usePersona(null);
      await context.sendText('hi');
    });
    expect(says).toEqual(['Page: hi']);
  });

  test('decides when a send is called, not when it leaves', async () => {
    const says = await run(async (context) => {
      context.usePersona(ids.Adam);
      const sending = context.sendText('hi');
      context.usePersona(ids.Bea);
      await sending;
    });
    expect(says).toEqual(['Adam: hi']);
  });

  test('called in a function that the handler awaits, applies after it', async () => {
    const says = await run(async (context) => {
      await Promise.resolve().then(() => context.usePersona(ids.Adam));
      await context.sendText('hi');
    });
    expect(says).toEqual(['Adam: hi']);
  });

  test('ends with the event', async () => {
    await run(async (context) => {
      context.usePersona(ids.Adam);
      await context.sendText('first event');
    });
    expect(await run((context) => context.sendText('second event'))).toEqual([
      'Adam: first event',
      'Page: second event',
    ]);
  });

  test('in a block, ends with the block', async () => {
    const says = await run(async (context) => {
      context.usePersona(ids.Adam);
      await context.withPersona(null, async () => {
        await context.sendText('the Page');
        context.usePersona(ids.Bea);
        await context.sendText('from here on');
      });
      await context.sendText('after');
    });
    expect(says).toEqual([
      'Page: the Page',
      'Bea: from here on',
      'Adam: after',
    ]);
  });

  test('in an inner block, does not change the outer one', async () => {
    const says = await run((context) =>
      context.withPersona(ids.Adam, async () => {
        await context.withPersona(ids.Bea, () => context.usePersona(null));
        await context.sendText('outer');
      }),
    );
    expect(says).toEqual(['Adam: outer']);
  });

  test('in a block that throws, does not reach the error handler', async () => {
    const says = await run((context) =>
      context.withPersona(ids.Adam, () => {
        context.usePersona(ids.Bea);
        throw new Error('no such order');
      }),
    );
    expect(says).toEqual(['Page: sorry, null']);
    expect(bot.errors).toEqual([new Error('no such order')]);
  });
});

describe('context.persona', () => {
  test('is the active persona as the bot named it, or null', async () => {
    const seen: (string | null)[] = [];
    await run(async (context) => {
      const look = () => seen.push(context.persona);
      look();
      context.usePersona('anna');
      look();
      await context.withPersona('bert', async () => {
        look();
        await context.withPersona(null, look);
        look();
      });
      look();
      context.usePersona(null);
      look();
    });
    expect(seen).toEqual([null, 'anna', 'bert', null, 'bert', 'anna', null]);
  });

  test('in a block of withEphemeralPersona, is its ID', async () => {
    await run(async (context) => {
      await context.withEphemeralPersona(
        { name: 'Guest', profilePictureUrl: 'https://example.com/guest.png' },
        ({ id }) => {
          expect(context.persona).toBe(id);
          expect(id).toMatch(/^\d+$/);
        },
      );
      expect(context.persona).toBeNull();
    });
    expect(bot.errors).toEqual([]);
  });
});
