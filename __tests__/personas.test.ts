import { chain } from 'bottender';
import type * as library from 'bottender-persona';
import {
  personas,
  withPersona,
  type PersonaContext,
  type PersonasOptions,
} from 'bottender-persona';

import { CUSTOMER, PAGE, startBot, type TestAction } from './support/bot';
import { advanceTime, fakeTimers } from './support/clock';
import { calls, shown } from './support/emulatorState';
import { createPersonas, profile } from './support/personas';
import { filenameOption } from './support/sends';
import { MapStore } from './support/stores';

const sayHi: TestAction = async (context) => {
  await context.sendText('hi');
};

describe('personas() gives every context its persona methods', () => {
  const useAll =
    (id: string): TestAction =>
    async (context) => {
      context.usePersona(id);
      await context.sendText(`as ${context.persona}`);
      await context.withPersona(null, () => context.sendText('as the Page'));
      await context.withEphemeralPersona(
        { name: 'Guest', profilePictureUrl: 'https://example.com/guest.png' },
        () => context.sendText('as a guest'),
      );
    };

  test('as a plugin', async () => {
    const bot = await startBot({ plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(useAll(Adam));
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      `Adam: as ${Adam}`,
      'Page: as the Page',
      'Guest: as a guest',
    ]);
  });

  test('first in a chain, whose next action then runs', async () => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(chain([personas(), useAll(Adam)]) as TestAction);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      `Adam: as ${Adam}`,
      'Page: as the Page',
      'Guest: as a guest',
    ]);
  });

  test('alone in a chain, which then ends', async () => {
    const bot = await startBot();
    await bot.run(chain([personas()]) as TestAction);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([]);
  });
});

describe('personas() installed twice on a context', () => {
  test('changes nothing: the options of the first apply', async () => {
    const bot = await startBot({
      plugins: [personas({ unsupportedSenderActions: 'as-page' })],
    });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const second = personas({
      initialPersona: Adam,
      unsupportedSenderActions: 'reject',
    });
    await bot.run(
      chain([
        second,
        async (context: PersonaContext) => {
          await context.sendText(`persona: ${context.persona}`);
          context.usePersona(Adam);
          await context.sendSenderAction('mark_seen');
        },
      ]) as TestAction,
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: persona: null',
      'Page: [mark_seen]',
    ]);
  });

  test('sends everything once', async () => {
    const both = personas();
    const bot = await startBot({ plugins: [both, both] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(
      chain([
        both,
        async (context: PersonaContext) => {
          context.usePersona(Adam);
          await context.sendText('hi');
          await context.sendImage(
            Buffer.from('a picture'),
            filenameOption('a.png'),
          );
        },
      ]) as TestAction,
    );
    expect(calls(bot.emulator)).toEqual([
      'POST /me/personas',
      'POST /me/messages',
      'POST /me/message_attachments',
      'POST /me/messages',
    ]);
  });

  test('keeps the persona of usePersona', async () => {
    const bot = await startBot({ plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(
      chain([
        (context: PersonaContext, { next }: { next?: TestAction }) => {
          context.usePersona(Adam);
          return next;
        },
        personas({ initialPersona: null }),
        sayHi,
      ]) as TestAction,
    );
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });
});

describe('two different personas() on a context', () => {
  let warned: jest.SpyInstance;
  beforeEach(() => {
    warned = jest.spyOn(process, 'emitWarning').mockImplementation();
  });
  afterEach(() => warned.mockRestore());

  test('are reported once, and the first applies', async () => {
    const bot = await startBot({ plugins: [personas()] });
    const second = personas({ initialPersona: '5' });
    await bot.run(chain([second, sayHi]) as TestAction);
    await bot.run(chain([second, sayHi]) as TestAction);
    expect(shown(bot.emulator)).toEqual(['Page: hi', 'Page: hi']);
    expect(warned.mock.calls).toEqual([
      [
        'Two different personas() were installed on one context: the options of the second have no effect. ' +
          'Keep one, among the `plugins` or in a chain.',
        'PersonaWarning',
      ],
    ]);
    await bot.run(chain([personas(), sayHi]) as TestAction);
    expect(warned).toHaveBeenCalledTimes(2);
  });

  test('do not call initialPersona again', async () => {
    const asked = jest.fn(() => null);
    const ignored = jest.fn(() => null);
    const bot = await startBot({
      plugins: [personas({ initialPersona: asked })],
    });
    const second = personas({ initialPersona: ignored });
    await bot.run(chain([second, sayHi]) as TestAction);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(ignored).not.toHaveBeenCalled();
  });

  test('are not reported if they are the same, or one is an action’s defaults', async () => {
    const both = personas();
    const bot = await startBot({ plugins: [both, both] });
    await bot.run(chain([both, withPersona(null, sayHi)]) as TestAction);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
    expect(warned).not.toHaveBeenCalled();
  });

  test('a later one replaces an action’s defaults', async () => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const real = personas({
      initialPersona: Adam,
      unsupportedSenderActions: 'as-page',
    });
    await bot.run(
      chain([
        withPersona(null, async (context) => {
          await context.sendText('before');
        }),
      ]) as TestAction,
    );
    await bot.run(async (context) => {
      await withPersona(null, () => undefined)(context, {});
      await real(context);
      await context.sendText('after');
      await context.sendSenderAction('mark_seen');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: before',
      'Adam: after',
      'Page: [mark_seen]',
    ]);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('an action wrapper of another copy of this package', () => {
  type Library = typeof library;
  let other: Library;
  let warned: jest.SpyInstance;
  beforeEach(() => {
    warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    jest.isolateModules(() => {
      other = jest.requireActual<Library>('bottender-persona');
    });
    expect(other.personas).not.toBe(personas);
  });
  afterEach(() => warned.mockRestore());

  test('installs defaults that give way to a later personas()', async () => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const plugin = personas({ directory: { adam: Adam } });
    await bot.run(
      chain([
        other.withPersona(null),
        plugin,
        other.withPersona('adam', sayHi as never),
      ]) as TestAction,
    );
    expect(bot.errors).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('takes what a personas() has installed', async () => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const plugin = personas({ directory: { adam: Adam } });
    await bot.run(
      chain([plugin, other.withPersona('adam', sayHi as never)]) as TestAction,
    );
    expect(bot.errors).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });
});

test('a name where personas() was forgotten: the warning says so', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
  const bot = await startBot();
  await bot.run(withPersona('adam', sayHi));
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(warned.mock.calls.map(([warning]) => String(warning))).toEqual([
    'The persona "adam" cannot speak on the Page 100000000000001: it is a name, and personas(), which has the directory, is not installed. ' +
      'Add personas({ directory }) to the plugins of bottender.config.js, or in front of the chain. The Page speaks instead.',
  ]);
  warned.mockRestore();
});

test('after close(), the next event starts the sweeps again', async () => {
  const store = new MapStore();
  const reads = jest.spyOn(store, 'get');
  const plugin = personas({ store });
  const bot = await startBot({ plugins: [plugin] });
  await bot.run(sayHi);
  await bot.run(sayHi);
  expect(reads).toHaveBeenCalledTimes(1);
  await plugin.close();
  await bot.run(sayHi);
  expect(reads).toHaveBeenCalledTimes(2);
});

describe('initialPersona speaks when an event starts', () => {
  test.each([
    ['a value', (id: string) => id],
    ['a function', (id: string) => () => id],
    ['an async function', (id: string) => () => Promise.resolve(id)],
  ])('given as %s', async (_how, give) => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(
      chain([
        personas({ initialPersona: give(Adam) }),
        async (context: PersonaContext) => {
          await context.sendText(`persona: ${context.persona}`);
        },
      ]) as TestAction,
    );
    expect(shown(bot.emulator)).toEqual([`Adam: persona: ${Adam}`]);
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['a function that returns null', () => null],
    ['a function that returns undefined', () => undefined],
    ['an async function that returns null', () => Promise.resolve(null)],
  ])('%s is the Page', async (_what, initialPersona) => {
    const bot = await startBot({ plugins: [personas({ initialPersona })] });
    await bot.run(sayHi);
    expect(shown(bot.emulator)).toEqual(['Page: hi']);
  });

  test('for the plugins that start with it, where it is named at once', async () => {
    const spoken: (string | null)[] = [];
    const see = ({ persona }: PersonaContext) => void spoken.push(persona);
    const named = personas({ initialPersona: () => '7' });
    const bot = await startBot({ plugins: [named, see] });
    await bot.run(() => undefined);
    expect(spoken).toEqual(['7']);
  });

  test('from session state, for one conversation only', async () => {
    const bot = await startBot({
      initialState: { agent: null },
      plugins: [personas({ initialPersona: ({ state }) => state.agent })],
    });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const other = { psid: '1002' };

    await bot.run(sayHi);
    await bot.run((context) => context.setState({ agent: Adam }));
    await bot.run(sayHi);
    await bot.run(sayHi);
    await bot.run(sayHi, other);
    await bot.run((context) => context.setState({ agent: null }));
    await bot.run(sayHi);

    expect(shown(bot.emulator, '1001')).toEqual([
      'Page: hi',
      'Adam: hi',
      'Adam: hi',
      'Page: hi',
    ]);
    expect(shown(bot.emulator, other.psid)).toEqual(['Page: hi']);
  });

  test('is called once per event, with the context, even if personas() is installed twice', async () => {
    const initialPersona = jest.fn(() => null);
    const both = personas({ initialPersona });
    const bot = await startBot({ plugins: [both, both] });
    await bot.run(async (context) => {
      await context.sendText('one');
      await context.sendText('two');
      expect(initialPersona).toHaveBeenCalledWith(context);
    });
    expect(bot.errors).toEqual([]);
    expect(initialPersona).toHaveBeenCalledTimes(1);
  });

  const IN_TIME = () => 'adam';
  const FAILURES: [string, () => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('the desk is closed');
      },
      /: the desk is closed\. Let the option "initialPersona"/,
    ],
    [
      'rejects',
      () => Promise.reject(new Error('the desk is closed')),
      /: the desk is closed\. Let/,
    ],
    ['returns an empty string', () => '', /but this was ""\. Let/],
    ['returns a number', () => Promise.resolve(7), /of type number\. Let/],
    [
      'does not answer',
      () => {
        setImmediate(advanceTime, 5000);
        return new Promise(() => undefined);
      },
      /it did not answer within 5 seconds\. Let/,
    ],
  ];

  describe.each(FAILURES)('and when it %s', (_how, fail, why) => {
    beforeEach(fakeTimers);

    const install = (options: PersonasOptions) => {
      let answer = fail;
      const plugin = personas({
        directory: { adam: profile('Adam') },
        ...options,
        initialPersona: () => answer() as string,
      });
      return { plugin, recover: () => (answer = IN_TIME) };
    };

    test('the event goes on as the Page, that is reported, and the next event is unaffected', async () => {
      const told = jest.fn();
      const { plugin, recover } = install({ onRefused: told });
      const bot = await startBot({ plugins: [plugin] });
      await bot.run(sayHi);
      await bot.emulator.waitFor(() => told.mock.calls.length > 0);
      recover();
      await bot.run(sayHi);
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: hi', 'Adam: hi']);
      expect(told.mock.calls).toMatchObject([
        [
          {
            reason: 'initial-persona',
            message: expect.stringMatching(why) as string,
          },
          { recipient: CUSTOMER },
        ],
      ]);
    });

    test('it is reported, with its Page, even if nothing is sent', async () => {
      const told = jest.fn();
      const { plugin } = install({ onRefused: told });
      const bot = await startBot({ plugins: [plugin] });
      await bot.run(async () => {});
      expect(told.mock.calls).toMatchObject([[{ pageId: PAGE.id }, {}]]);
    });

    test('with `throw`, each send that would carry it rejects, and no other send', async () => {
      const onRefused = jest.fn();
      const { plugin } = install({ refusedPersona: 'throw', onRefused });
      const bot = await startBot({ plugins: [plugin] });
      let rejected: unknown;
      await bot.run(async (context) => {
        rejected = await context
          .sendText('hi')
          .catch((error: unknown) => error);
        await context.sendText('from Adam', { personaId: 'adam' });
        await context.sendSenderAction('mark_seen');
      });
      expect(bot.errors).toEqual([]);
      expect(rejected).toMatchObject({ reason: 'initial-persona' });
      expect(onRefused).not.toHaveBeenCalled();
      expect(shown(bot.emulator)).toEqual([
        'Adam: from Adam',
        'Page: [mark_seen]',
      ]);
    });
  });
});
