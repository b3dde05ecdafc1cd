import { once, EventEmitter } from 'node:events';

import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

const OTHER = '1002';

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

describe('a scope', () => {
  test('applies to its timers and callbacks, also after it has ended', async () => {
    const sent = new Set<Promise<unknown>>();
    await bot.run(async (context) => {
      const later = (text: string) => () => sent.add(context.sendText(text));
      const fired = new Promise((resolve) => {
        void context.withPersona(ids.Adam, () => {
          setImmediate(later('from setImmediate'));
          process.nextTick(later('from nextTick'));
          queueMicrotask(later('from a microtask'));
          setTimeout(later('from setTimeout'), 1);
          setTimeout(resolve, 5);
        });
      });
      await context.sendText('the block is over');
      await fired;
      await Promise.all(sent);
    });
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: from a microtask',
      'Adam: from nextTick',
      'Adam: from setImmediate',
      'Adam: from setTimeout',
      'Page: the block is over',
    ]);
  });

  test('does not apply to a timer that was set up outside and fires during it', async () => {
    await bot.run(async (context) => {
      const fired = new Promise((resolve) => {
        setImmediate(() => resolve(context.sendText('from outside')));
      });
      await context.withPersona(ids.Adam, () => fired);
    });
    expect(shown(bot.emulator)).toEqual(['Page: from outside']);
  });

  test('is not affected by another one that runs at the same time on the same context', async () => {
    await bot.run(async (context) => {
      const turn = new EventEmitter();
      await Promise.all([
        context.withPersona(ids.Adam, async () => {
          await context.sendText('1');
          turn.emit('second');
          await once(turn, 'first');
          await context.sendText('3');
          turn.emit('second');
        }),
        context.withPersona(ids.Bea, async () => {
          await once(turn, 'second');
          await context.sendText('2');
          const go = once(turn, 'second');
          turn.emit('first');
          await go;
          await context.sendText('4');
        }),
      ]);
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: 1',
      'Bea: 2',
      'Adam: 3',
      'Bea: 4',
    ]);
  });

  test('applies to its own context: an event that is handled inside it is not affected', async () => {
    await bot.run(() => undefined, { psid: OTHER });
    await bot.run((outer) =>
      outer.withPersona(ids.Adam, async () => {
        await bot.runHere(async (inner) => {
          await inner.sendText(`inner, ${inner.persona}`);
          await outer.sendText('from the inner event');
          inner.usePersona(ids.Bea);
          await inner.sendText('inner');
          await inner.withPersona(null, () => outer.sendText('from its block'));
        }, OTHER);
        await outer.sendText(`outer, ${outer.persona}`);
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator, OTHER)).toEqual([
      'Page: inner, null',
      'Bea: inner',
    ]);
    expect(shown(bot.emulator, '1001')).toEqual([
      'Adam: from the inner event',
      'Adam: from its block',
      `Adam: outer, ${ids.Adam}`,
    ]);
  });

  test('of one event does not affect another event that is handled at the same time', async () => {
    const started = new EventEmitter();
    const first = bot.run((context) =>
      context.withPersona(ids.Adam, async () => {
        started.emit('first');
        await once(started, 'second');
        await context.sendText('hi');
      }),
    );
    await once(started, 'first');
    const second = bot.run(
      async (context) => {
        started.emit('second');
        await context.sendText('hi');
      },
      { psid: OTHER },
    );
    await Promise.all([first, second]);
    expect(shown(bot.emulator, '1001')).toEqual(['Adam: hi']);
    expect(shown(bot.emulator, OTHER)).toEqual(['Page: hi']);
  });
});

describe('the error handler', () => {
  test.each<[string, (context: PersonaContext, fail: () => never) => unknown]>([
    ['withPersona', (context, fail) => context.withPersona(ids.Adam, fail)],
    [
      'withEphemeralPersona',
      (context, fail) => context.withEphemeralPersona(profile('Guest'), fail),
    ],
  ])('speaks as the Page when a %s block has thrown', async (_name, act) => {
    const error = new Error('no such order');
    await bot.run(async (context) => {
      await act(context, () => {
        throw error;
      });
    });
    expect(bot.errors).toEqual([error]);
    expect(bot.errors[0]).toBe(error);
    expect(shown(bot.emulator)).toEqual(['Page: sorry, null']);
  });

  test('can use blocks of its own', async () => {
    const own = await startBot({
      emulator: bot.emulator,
      plugins: [personas()],
      onError: async (context) => {
        await context.withPersona(ids.Bea, () => context.sendText('sorry'));
      },
    });
    await own.run((context) =>
      context.withPersona(ids.Adam, () => {
        throw new Error('no such order');
      }),
    );
    expect(shown(bot.emulator)).toEqual(['Bea: sorry']);
  });
});
