import { setImmediate } from 'node:timers/promises';

import {
  PersonaStoreError,
  personas,
  type PersonaContext,
  type KeyvLike,
} from 'bottender-persona';
import type * as bottenderPersona from 'bottender-persona';
import Keyv from 'keyv';

import { CUSTOMER, OTHER_PAGE, PAGE, startBot } from '../support/bot';
import { shortenTimeouts } from '../support/clock';
import {
  alive,
  bodies,
  personaIds,
  shown,
  watchCalls,
} from '../support/emulatorState';
import { deletePersona, profile } from '../support/personas';

const LIST = 'GET /me/personas';
const MAKE = 'POST /me/personas';
const SEND = 'POST /me/messages';

const DIRECTORY = { adam: profile('Adam'), bea: profile('Bea') };

const sayHi = async (context: PersonaContext): Promise<void> => {
  await context.withPersona('adam', () => context.sendText('hi'));
};

describe('with a store, IDs', () => {
  test('survive a restart, without a list or a creation', async () => {
    const store = new Keyv();
    const options = { store, directory: DIRECTORY };
    const first = await startBot({ plugins: [personas(options)] });
    await first.run(sayHi);
    const { emulator } = first;
    const second = await startBot({ emulator, plugins: [personas(options)] });
    const seen = watchCalls(emulator);
    await second.run(sayHi);
    expect([...first.errors, ...second.errors]).toEqual([]);
    expect(seen()).toEqual([SEND]);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam: hi']);
  });

  test('are stored per Page', async () => {
    const store = new Keyv();
    const options = { store, directory: DIRECTORY };
    const first = await startBot({
      severalPages: true,
      plugins: [personas(options)],
    });
    const { emulator } = first;
    const pages = [PAGE, OTHER_PAGE];
    for (const { id } of pages) await first.run(sayHi, { pageId: id });
    const second = await startBot({
      emulator,
      severalPages: true,
      plugins: [personas(options)],
    });
    const seen = watchCalls(emulator);
    for (const { id } of pages) await second.run(sayHi, { pageId: id });
    expect(seen()).toEqual([SEND, SEND]);
    const sent = (await bodies(emulator, SEND)).map((body) => body.persona_id);
    expect(new Set(sent).size).toBe(2);
    expect(sent.slice(2)).toEqual(sent.slice(0, 2));
  });

  test('are not used for an entry whose name has changed', async () => {
    const store = new Keyv();
    const first = await startBot({
      plugins: [personas({ store, directory: DIRECTORY })],
    });
    await first.run(sayHi);
    const { emulator } = first;
    const directory = { adam: profile('Adam the Second') };
    const second = await startBot({
      emulator,
      plugins: [personas({ store, directory })],
    });
    await second.run(sayHi);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam the Second: hi']);
  });

  test('are stored without a token', async () => {
    const kept = new Map<string, unknown>();
    const store = new Keyv({ store: kept });
    const bot = await startBot({
      plugins: [personas({ store, directory: DIRECTORY })],
    });
    await bot.run(sayHi);
    const text = JSON.stringify([...kept]);
    expect(text).toContain('directory:');
    expect(text).not.toContain(PAGE.accessToken);
  });
});

describe('two processes with one store', () => {
  async function startTwo() {
    const options = { store: new Keyv(), directory: DIRECTORY };
    const one = await startBot({ plugins: [personas(options)] });
    const { emulator } = one;
    const two = await startBot({ emulator, plugins: [personas(options)] });
    return { one, two, emulator };
  }

  test('share the IDs that the first one found', async () => {
    const { one, two, emulator } = await startTwo();
    await two.run(sayHi);
    const seen = watchCalls(emulator);
    await one.runHere(sayHi, CUSTOMER);
    expect([...one.errors, ...two.errors]).toEqual([]);
    expect(seen()).toEqual([SEND]);
    expect(personaIds(emulator, 'Adam')).toHaveLength(1);
  });

  test('that begin at the same time use the same persona', async () => {
    const { one, two, emulator } = await startTwo();
    await two.say('hello');
    await Promise.all([
      one.runHere(sayHi, CUSTOMER),
      two.runHere(sayHi, CUSTOMER),
    ]);
    expect([...one.errors, ...two.errors]).toEqual([]);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam: hi']);
  });
});

describe('without a store, a second personas() of the process', () => {
  test('knows the IDs that the first one has found', async () => {
    const options = { directory: DIRECTORY };
    const first = await startBot({ plugins: [personas(options)] });
    await first.run(sayHi);
    const { emulator } = first;
    const second = await startBot({ emulator, plugins: [personas(options)] });
    const seen = watchCalls(emulator);
    await second.run(sayHi);
    expect(seen()).toEqual([SEND]);
    expect(alive(emulator)).toEqual(['Adam']);
  });

  test('that speaks at the same time uses the same persona', async () => {
    const options = { directory: DIRECTORY };
    const first = await startBot({ plugins: [personas(options)] });
    const { emulator } = first;
    emulator.fail({ method: 'POST', path: '/me/personas', delayMs: 100 });
    const second = await startBot({ emulator, plugins: [personas(options)] });
    await Promise.all([first.run(sayHi), second.run(sayHi)]);
    expect([...first.errors, ...second.errors]).toEqual([]);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam: hi']);
    expect(alive(emulator)).toEqual(['Adam']);
  });

  test('on an emulator shares nothing with one on another emulator with the same Page', async () => {
    const options = { directory: DIRECTORY };
    const first = await startBot({ plugins: [personas(options)] });
    await first.run(sayHi);
    const second = await startBot({ plugins: [personas(options)] });
    const seen = watchCalls(second.emulator);
    await second.run(sayHi);
    expect(seen()).toContain(LIST);
    expect(second.errors).toEqual([]);
  });
});

describe('without a store, a restarted bot', () => {
  test('finds the personas that it created before on the list', async () => {
    const options = { directory: DIRECTORY };
    const first = await startBot({ plugins: [personas(options)] });
    await first.run(sayHi);
    const { emulator } = first;
    // Another copy of the package knows nothing of this one, like another process.
    jest.resetModules();
    const restarted =
      jest.requireActual<typeof bottenderPersona>('bottender-persona');
    const second = await startBot({
      emulator,
      plugins: [restarted.personas(options)],
    });
    const seen = watchCalls(emulator);
    await second.run(sayHi);
    expect(seen()).toEqual([LIST, SEND]);
    expect(alive(emulator)).toEqual(['Adam']);
  });
});

/** Stores that fail, each in a way of its own. */
const away = () => Promise.reject(new Error('the store is away'));
const never = () => new Promise<never>(() => undefined);
const FAILING: [string, KeyvLike][] = [
  ['rejects', { get: away, set: away, delete: away }],
  [
    'throws',
    {
      get: () => {
        throw new Error('the store is away');
      },
      set: () => {
        throw new Error('the store is away');
      },
      delete: away,
    },
  ],
  ['never answers', { get: never, set: never, delete: never }],
  [
    'keeps nothing',
    {
      get: () => Promise.resolve(undefined),
      set: () => Promise.resolve(true),
      delete: () => Promise.resolve(true),
    },
  ],
  [
    'returns an invalid value',
    {
      get: () => Promise.resolve({ id: 5, ids: [5, 'x'] }),
      set: () => Promise.resolve(true),
      delete: () => Promise.resolve(true),
    },
  ],
];

/** Stores that can be read, and keep what they have. */
const readOnly = () => Promise.reject(new Error('READONLY'));
const ignored = () => Promise.resolve(true);
const UNCHANGING: [string, Pick<KeyvLike, 'set' | 'delete'>][] = [
  ['rejects writes', { set: readOnly, delete: readOnly }],
  ['ignores writes', { set: ignored, delete: ignored }],
];

describe.each(UNCHANGING)('a store that %s', (_how, writes) => {
  /** A bot on such a store, which knows a persona for the name. */
  async function startOn(directory: typeof DIRECTORY) {
    const known = new Keyv();
    const first = await startBot({
      plugins: [personas({ store: known, directory: DIRECTORY })],
    });
    await first.run(sayHi);
    const onCleanupError = jest.fn();
    // As with any store, other work is done before it answers.
    const get = async (key: string): Promise<unknown> => {
      await setImmediate();
      return known.get(key);
    };
    const store = { get, ...writes };
    const { emulator } = first;
    const bot = await startBot({
      emulator,
      plugins: [personas({ store, directory, onCleanupError })],
    });
    return { bot, emulator, onCleanupError };
  }

  test('does not hold up a name with another profile', async () => {
    const adam = profile('Adam the Second');
    const { bot, emulator, onCleanupError } = await startOn({
      ...DIRECTORY,
      adam,
    });
    await bot.run(sayHi);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam the Second: hi']);
    expect(onCleanupError.mock.calls.length).toBeLessThan(5);
  });

  test('does not hold up a name whose persona is gone', async () => {
    const { bot, emulator, onCleanupError } = await startOn(DIRECTORY);
    for (const id of personaIds(emulator, 'Adam')) {
      await deletePersona(emulator, id);
    }
    const seen = watchCalls(emulator);
    await bot.run(sayHi);
    expect(shown(emulator)).toEqual(['Adam: hi', 'Adam: hi']);
    expect(seen().length).toBeLessThan(15);
    expect(onCleanupError.mock.calls.length).toBeLessThan(5);
  });
});

describe('a store that fails does not stop messages', () => {
  test.each(FAILING)('%s', async (_how, store) => {
    shortenTimeouts();
    const told = jest.fn();
    const bot = await startBot({
      plugins: [
        personas({ store, directory: DIRECTORY, onCleanupError: told }),
      ],
    });
    const begun = Date.now();
    await bot.run(sayHi);
    await bot.run(sayHi);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: hi']);
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
    for (const [error] of told.mock.calls as unknown[][]) {
      expect(error).toBeInstanceOf(PersonaStoreError);
    }
  });

  test('and is reported', async () => {
    const told = jest.fn();
    const [, store] = FAILING[0] ?? [];
    const bot = await startBot({
      plugins: [
        personas({ store, directory: DIRECTORY, onCleanupError: told }),
      ],
    });
    await bot.run(sayHi);
    expect(told).toHaveBeenCalledWith(
      expect.objectContaining({
        message: expect.stringContaining('the store is away') as string,
      }),
      null,
    );
    const seen = watchCalls(bot.emulator);
    await bot.run(sayHi);
    expect(seen()).not.toContain(MAKE);
  });
});
