import { chain } from 'bottender';
import Keyv from 'keyv';
import { createClient } from 'redis';

import {
  InvalidOptionError,
  PersonaError,
  PersonaStoreError,
  personas,
  type PersonasOptions,
} from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';

import { checkOptions } from '../src/checkOptions';

import { startBot, type TestAction } from './support/bot';
import { alive, shown } from './support/emulatorState';
import { profile } from './support/personas';

const MAX_MS = 2 ** 31 - 1;

/** Options as JavaScript may give them. */
function install(options: unknown): unknown {
  return personas(options as PersonasOptions);
}

function refusal(options: unknown): InvalidOptionError {
  try {
    install(options);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toBeInstanceOf(PersonaError);
    return error as InvalidOptionError;
  }
  throw new Error(`personas() took ${JSON.stringify(options)}`);
}

describe('personas() rejects an invalid option at once, and names it', () => {
  test.each([
    ['an empty initialPersona', 'initialPersona', ''],
    ['a blank initialPersona', 'initialPersona', ' '],
    ['a number as initialPersona', 'initialPersona', 5],
    ['an object as initialPersona', 'initialPersona', { id: '5' }],
    ['a bad word', 'unsupportedSenderActions', 'ignore'],
    ['a boolean for a word', 'unsupportedSenderActions', true],
    ['null for a word', 'unsupportedSenderActions', null],
    ['a bad word', 'refusedPersona', 'ignore'],
    ['null for a word', 'refusedPersona', null],
    ['what is no function', 'onCleanupError', 'console.error'],
    ['what is no function', 'onRefused', 'console.error'],
    ['what is no function', 'onSent', 'console.error'],
    ['what is no function', 'signText', 'Adam:'],
    ['null for a function', 'onCleanupError', null],
    ['what is no function', 'onRefused', {}],
    ['null for a function', 'onRefused', null],
    ['what is no function', 'signText', '%s: '],
    ['null for a function', 'signText', null],
    ['a list', 'directory', []],
    ['null for a directory', 'directory', null],
    ['a URL for a store', 'store', 'redis://localhost'],
    ['a Map, which cannot expire', 'store', { get() {}, set() {} }],
    ['null for a store', 'store', null],
    ['a number', 'ephemeral', 1000],
    ['null for settings', 'ephemeral', null],
    ['a list', 'ephemeral', []],
    ['a list', 'disclosure', []],
    ['a Map', 'disclosure', new Map([['page', 'human']])],
  ])('%s: %s', (_what, name, value) => {
    const { message } = refusal({ [name]: value });
    expect(message).toContain(`"${name}"`);
  });

  test.each<[string, object, string]>([
    [
      'a Redis client',
      { store: createClient() },
      'must be redisStore(client) of bottender-persona/redis, or a Keyv',
    ],
    [
      'a text to disclose',
      { disclosure: 'I am a bot' },
      'must be an object; it has page, label, message and lapseMs.',
    ],
    [
      'a list of profiles',
      { directory: [profile('Adam')] },
      'such as { adam: { name, profilePictureUrl } }.',
    ],
  ])('%s, saying what to pass instead', (_what, options, said) => {
    expect(refusal(options).message).toContain(said);
  });

  test.each(['my-bot', [['prefix', 'my-bot']]])(
    'a prefix of redisStore() that is not in an object: %j',
    (options) => {
      expect(() => redisStore(createClient(), options as never)).toThrow(
        "The options of redisStore() must be an object, such as { prefix: 'my-bot' }.",
      );
    },
  );

  test('an unknown setting of "ephemeral", with those that exist', () => {
    expect(refusal({ ephemeral: { linger: 1 } }).message).toContain(
      'has no option "ephemeral.linger" (did you mean "ephemeral.lingerMs"?); it has ephemeral.lingerMs, ephemeral.leaseMs.',
    );
  });

  test.each<[string, unknown, string]>([
    ['page', 'robot', "must be 'human' or 'bot'"],
    ['label', '· AI', 'must be a function'],
    ['message', 'I am a bot', 'must be a function'],
    ['lapseMs', 0, 'must be a whole number of milliseconds from 1 to '],
    ['lapseMs', 2 ** 53, ` to ${Number.MAX_SAFE_INTEGER}.`],
  ])('a setting of "disclosure": %s %p', (name, value, said) => {
    const { message } = refusal({ disclosure: { [name]: value } });
    expect(message).toContain(`"disclosure.${name}"`);
    expect(message).toContain(said);
  });

  test('an unknown setting of "disclosure", with those that exist', () => {
    expect(refusal({ disclosure: { labels: 1 } }).message).toContain(
      'no option "disclosure.labels" (did you mean "disclosure.label"?); it has disclosure.page, disclosure.label, disclosure.message, disclosure.lapseMs.',
    );
  });

  test.each([
    ['negative', 'lingerMs', -1],
    ['a text', 'lingerMs', '100'],
    ['not a number', 'lingerMs', NaN],
    ['longer than a timer can be', 'lingerMs', 2 ** 31],
    ['too short to be renewed', 'leaseMs', 999],
    ['no whole number', 'leaseMs', 100_000 / 3],
    ['no whole number', 'lingerMs', 0.5],
    ['endless', 'leaseMs', Infinity],
  ])('a setting of "ephemeral" that is %s: %s', (_what, name, value) => {
    const { message } = refusal({ ephemeral: { [name]: value } });
    expect(message).toContain(`"ephemeral.${name}"`);
  });

  test('the first invalid one among valid ones', () => {
    const { message } = refusal({
      initialPersona: '5',
      unsupportedSenderActions: 'never',
    });
    expect(message).toContain('"unsupportedSenderActions"');
    expect(message).not.toContain('initialPersona');
  });

  test.each(['toString', 'constructor'])(
    'a setting of "ephemeral" with the name of a property of Object: %s',
    (name) => {
      expect(refusal({ ephemeral: { [name]: 1000 } }).message).toContain(
        `has no option "ephemeral.${name}"`,
      );
    },
  );

  test.each([
    ['initialPersonas', 'initialPersona'],
    ['initalpersona', 'initialPersona'],
    ['onRefusal', 'onRefused'],
    ['signtext', 'signText'],
  ])('an unknown option, with the closest match: %s', (name, right) => {
    for (const value of ['adam', undefined]) {
      expect(refusal({ [name]: value }).message).toContain(
        `no option "${name}" (did you mean "${right}"?); it has `,
      );
    }
  });

  test('a value that is not a string, with the valid ones', () => {
    expect(refusal({ unsupportedSenderActions: true }).message).toMatch(
      /"unsupportedSenderActions" .*must be 'reject' or 'as-page'\.$/,
    );
  });

  test('an initialPersona that is a name, without a directory', () => {
    expect(refusal({ initialPersona: 'adam' }).message).toMatch(
      /nor a name of the directory\.$/,
    );
  });

  test.each([
    ['refusedPersona', 'send-as-pgae', 'send-as-page'],
    ['refusedPersona', 'THROW', 'throw'],
    ['unsupportedSenderActions', 'asPage', 'as-page'],
  ])('an invalid value, with the closest match: %s', (name, word, right) => {
    expect(refusal({ [name]: word }).message).toContain(
      `(did you mean "${right}"?).`,
    );
  });

  test.each([
    ['that is near a name', 'adma', ' "adma"', '(did you mean "adam"?)'],
    ['with other capitals', 'Adam', ' "Adam"', '(did you mean "adam"?)'],
    ['that is near none', 'zoe', ' "zoe"', '(adam, toString)'],
    ['that stands for an ID', '<ADAM_ID>', ' "<ADAM_ID>"', 'digits only'],
    ['with a space', '123 ', ' "123 "', 'digits only'],
  ])('an initialPersona %s', (_what, initialPersona, shown, hint) => {
    const directory = { adam: profile('Adam'), toString: '5' };
    const { message } = refusal({ initialPersona, directory });
    expect(message).toContain(
      `The option "initialPersona" of personas() is${shown}, which is neither an ID`,
    );
    expect(message).toContain(hint);
  });

  test('an initialPersona that may be a secret, without printing it', () => {
    const { message } = refusal({ initialPersona: 'EAAG'.repeat(40) });
    expect(message).toContain('"initialPersona" of personas() is neither');
    expect(message).not.toContain('EAAG');
  });

  test.each(['toString', 'hasOwnProperty'])('an unknown option: %s', (name) => {
    expect(refusal({ [name]: 'adam' }).message).toContain(
      `no option "${name}"`,
    );
  });

  test.each(['platform', 'event'])(
    'an option with the name of a property of contexts: %s',
    (name) => {
      expect(refusal({ [name]: 'messenger' }).message).toContain(
        `no option "${name}"`,
      );
    },
  );

  test('an unknown option, with those that exist', () => {
    const { message } = refusal({ initialPersonas: 'adam' });
    expect(message).toContain('initialPersona,');
    expect(message).toContain('unsupportedSenderActions');
    expect(message).toContain('onCleanupError');
  });

  test.each<[object, string]>([
    [
      { lingerMs: 5 },
      'no option "lingerMs" (did you mean "ephemeral.lingerMs"?)',
    ],
    [{ leaseMS: 5 }, 'no option "leaseMS" (did you mean "ephemeral.leaseMs"?)'],
    [
      { ephemeral: { store: new Keyv() } },
      'has no option "ephemeral.store" (did you mean "store"?)',
    ],
    [
      { ephemeral: { onCleanupErrors() {} } },
      'has no option "ephemeral.onCleanupErrors" (did you mean "onCleanupError"?)',
    ],
  ])(
    'an option at the wrong level, telling the right one: %p',
    (given, said) => {
      expect(refusal(given).message).toContain(said);
    },
  );

  test.each([
    ['null', null],
    ['of type string', 'adam'],
    ['of type number', 5],
    ['of type function', () => 'adam'],
    ['a list or a Map', []],
    ['a list or a Map', new Map([['directory', {}]])],
  ])('%s instead of options', (what, options) => {
    expect(refusal(options).message).toBe(
      `personas() takes an object of options, but this was ${what}.`,
    );
  });
});

describe('`personas` without a call', () => {
  const notCalled = personas as unknown as TestAction;
  const right = /write `plugins: \[personas\(\)\]`/;

  test('is reported as a plugin, with the first event', async () => {
    let said: unknown;
    const plugin: TestAction = (context) => {
      try {
        void notCalled(context, {});
      } catch (error) {
        said = error;
      }
    };
    const bot = await startBot({
      plugins: [(context) => plugin(context, {})],
    });
    await bot.run(() => undefined);
    expect(said).toBeInstanceOf(InvalidOptionError);
    expect(String(said)).toMatch(right);
  });

  test('is reported in a chain', async () => {
    const bot = await startBot();
    await bot.run(chain([notCalled]) as TestAction);
    expect(bot.errors).toEqual([expect.any(InvalidOptionError)]);
    expect(String(bot.errors[0])).toMatch(right);
  });
});

describe('personas() accepts', () => {
  test.each<[string, PersonasOptions | undefined]>([
    ['no options', undefined],
    ['an empty object', {}],
    ['options that are undefined', { initialPersona: undefined }],
    ['an ID', { initialPersona: '12345678901234567' }],
    [
      'a name',
      { initialPersona: 'adam', directory: { adam: profile('Adam') } },
    ],
    ['what signs', { signText: (text, { name }) => `${name}: ${text}` }],
    ['null for the Page', { initialPersona: null }],
    ['a function', { initialPersona: () => null }],
    ["'reject'", { unsupportedSenderActions: 'reject' }],
    ["'as-page'", { unsupportedSenderActions: 'as-page' }],
    ["'send-as-page'", { refusedPersona: 'send-as-page' }],
    ["'throw'", { refusedPersona: 'throw' }],
    ['a callback', { onCleanupError: () => undefined }],
    ['another callback', { onRefused: () => undefined }],
    ['no names', { directory: {} }],
    ['an ID for a name', { directory: { desk: '12345678901234567' } }],
    ['an entry with nothing but an ID', { directory: { desk: { id: '5' } } }],
    ['a Keyv', { store: new Keyv() }],
    ['a Redis', { store: redisStore(createClient()) }],
    ['no settings', { ephemeral: {} }],
    ['settings', { ephemeral: { lingerMs: 0, leaseMs: 1000 } }],
    ['the longest times', { ephemeral: { lingerMs: MAX_MS, leaseMs: MAX_MS } }],
    ['settings that are undefined', { ephemeral: { lingerMs: undefined } }],
  ])('%s', (_what, options) => {
    expect(typeof install(options)).toBe('function');
  });

  test('a frozen object, and does not change it', () => {
    const options = Object.freeze({ initialPersona: '5' });
    install(options);
    expect(options).toEqual({ initialPersona: '5' });
  });
});

describe('defaults', () => {
  const defaults = {
    initialPersona: null,
    unsupportedSenderActions: 'reject',
    refusedPersona: 'send-as-page',
    ephemeral: { lingerMs: 0, leaseMs: 60_000 },
  };

  test('are used for options that are left out', () => {
    const settings = checkOptions({});
    expect(settings).toMatchObject(defaults);
    expect(settings.directory.size).toBe(0);
  });

  test.each([
    { initialPersona: '5' },
    { unsupportedSenderActions: 'as-page' },
    { refusedPersona: 'throw' },
    { ephemeral: { lingerMs: 5, leaseMs: 60_000 } },
    { ephemeral: { lingerMs: 0, leaseMs: 5000 } },
  ])('are not used for options that are given: %j', (given) => {
    expect(checkOptions(given)).toMatchObject({ ...defaults, ...given });
  });

  test.each(['onRefused', 'onCleanupError'] as const)(
    '%s is a process warning',
    (callback) => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
      const error = new PersonaStoreError('read', 'it is away');
      Reflect.apply(checkOptions({})[callback], undefined, [error, null]);
      const { calls } = warned.mock;
      warned.mockRestore();
      expect(calls).toEqual([
        [expect.stringContaining(error.message), 'PersonaWarning'],
      ]);
    },
  );

  test.each(['onRefused', 'onCleanupError', 'signText'] as const)(
    '%s is not used if one is given',
    (callback) => {
      const given = () => '';
      expect(checkOptions({ [callback]: given })[callback]).toBe(given);
    },
  );
});

describe('close()', () => {
  test.each([-1, NaN, Infinity, MAX_MS + 1, '5', null])(
    'rejects with the timeout %p',
    async (timeoutMs) => {
      const given = { timeoutMs: timeoutMs as number };
      await expect(personas().close(given)).rejects.toThrow(
        new InvalidOptionError(
          'The option "timeoutMs" of close() must be a whole number of milliseconds from 0 to 2147483647.',
        ),
      );
    },
  );

  // As what calls back may give it.
  test.each([undefined, null, {}, { timeoutMs: undefined }, { timeoutMs: 0 }])(
    'accepts the timeout %p',
    async (given) => {
      const closed = personas().close(given as { timeoutMs?: number });
      await expect(closed).resolves.toBeUndefined();
    },
  );
});

test('an option that is undefined has its default', async () => {
  const bot = await startBot({
    plugins: [
      personas({
        directory: undefined,
        ephemeral: { lingerMs: undefined, leaseMs: undefined },
      }),
    ],
  });
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Guest'), () =>
      context.sendText('hi'),
    );
  });
  expect(shown(bot.emulator)).toEqual(['Guest: hi']);
  expect(alive(bot.emulator)).toEqual([]);
});
