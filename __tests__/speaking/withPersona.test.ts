import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

let bot: RunningBot;
let ids: Record<'Adam' | 'Bea', string>;

beforeEach(async () => {
  bot = await startBot({ plugins: [personas()] });
  ids = await createPersonas(bot.emulator, ['Adam', 'Bea']);
});

/** What an event's sends show; an error of the action is the test's. */
async function run(
  action: (context: PersonaContext) => Promise<unknown>,
): Promise<string[]> {
  await bot.run(async (context) => {
    await action(context);
  });
  if (bot.errors.length > 0) throw bot.errors[0];
  return shown(bot.emulator);
}

/** Both kinds of block promise the same. */
const blocks: [
  string,
  string,
  <T>(context: PersonaContext, run: () => T | Promise<T>) => Promise<T>,
][] = [
  ['withPersona', 'Adam', (context, run) => context.withPersona(ids.Adam, run)],
  [
    'withEphemeralPersona',
    'Guest',
    (context, run) => context.withEphemeralPersona(profile('Guest'), run),
  ],
];

describe.each(blocks)('context.%s', (_name, face, block) => {
  test('speaks in everything that the block calls and awaits, and not after it', async () => {
    async function deeper(context: PersonaContext) {
      await new Promise(setImmediate);
      await context.sendText('deeper');
    }
    const says = await run(async (context) => {
      await context.sendText('before');
      await block(context, async () => {
        await context.sendText('inside');
        await deeper(context);
      });
      await context.sendText('after');
    });
    expect(says).toEqual([
      'Page: before',
      `${face}: inside`,
      `${face}: deeper`,
      'Page: after',
    ]);
  });

  test('returns what the block returns', async () => {
    await run(async (context) => {
      expect(await block(context, () => 'a value')).toBe('a value');
      expect(await block(context, () => Promise.resolve(42))).toBe(42);
      expect(await block(context, () => undefined)).toBeUndefined();
      const { messageId } = (await block(context, () =>
        context.sendText('hi'),
      )) ?? { messageId: undefined };
      expect(messageId).toMatch(/^m_/);
    });
  });

  test.each([
    ['a throw', (error: Error): unknown => thrown(error)],
    ['a rejection', (error: Error): unknown => Promise.reject(error)],
  ])('passes %s on unchanged, and has ended then', async (_how, fail) => {
    const error = new Error('no such order');
    const says = await run(async (context) => {
      const blocked = block(context, () => fail(error));
      expect(blocked).toBeInstanceOf(Promise);
      expect(await blocked.catch((caught: unknown) => caught)).toBe(error);
      await context.sendText('after');
    });
    expect(says).toEqual(['Page: after']);
  });

  test('passes on values that are not Errors', async () => {
    await run(async (context) => {
      const blocked = block(context, () => thrown('a string'));
      await expect(blocked).rejects.toBe('a string');
    });
  });

  test('does not affect blocks that run side by side', async () => {
    const says = await run(async (context) => {
      await Promise.all([
        block(context, async () => {
          await new Promise(setImmediate);
          await context.sendText('one');
        }),
        context.withPersona(ids.Bea, async () => {
          await context.sendText('two');
        }),
        context.withPersona(null, () => context.sendText('three')),
      ]);
    });
    expect(says.sort()).toEqual(
      ['Bea: two', 'Page: three', `${face}: one`].sort(),
    );
  });

  test('can be nested: the innermost speaks', async () => {
    const says = await run((context) =>
      context.withPersona(ids.Bea, async () => {
        await context.sendText('1');
        await block(context, async () => {
          await context.sendText('2');
          await context.withPersona(null, () => context.sendText('3'));
          await context.sendText('4');
        });
        await context.sendText('5');
      }),
    );
    expect(says).toEqual([
      'Bea: 1',
      `${face}: 2`,
      'Page: 3',
      `${face}: 4`,
      'Bea: 5',
    ]);
  });
});

describe('the run of context.withEphemeralPersona', () => {
  test('gets the persona that was created', async () => {
    await run(async (context) => {
      const given = await context.withEphemeralPersona(
        profile('Guest'),
        (persona) => ({ ...persona, inForce: context.persona }),
      );
      const made = bot.emulator
        .state()
        .personas.find(({ name }) => name === 'Guest');
      expect(given).toEqual({
        id: made?.id,
        ...profile('Guest'),
        inForce: made?.id,
      });
    });
  });
});

function thrown(error: unknown): never {
  throw error;
}
