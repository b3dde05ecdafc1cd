import Keyv from 'keyv';

import {
  InvalidOptionError,
  PersonaError,
  personas,
  type PersonasOptions,
} from 'bottender-persona';

import { startBot } from './support/bot';
import { profile } from './support/faces';
import { alive, shown } from './support/wire';

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

describe('personas() refuses at once, naming the option', () => {
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
    ['null for a function', 'onCleanupError', null],
    ['what is no function', 'onRefused', {}],
    ['null for a function', 'onRefused', null],
    ['a list', 'directory', []],
    ['null for a directory', 'directory', null],
    ['a URL for a store', 'store', 'redis://localhost'],
    ['a Map, which cannot expire', 'store', { get() {}, set() {} }],
    ['null for a store', 'store', null],
    ['a number', 'ephemeral', 1000],
    ['null for settings', 'ephemeral', null],
  ])('%s: %s', (_what, name, value) => {
    const { message } = refusal({ [name]: value });
    expect(message).toContain(`"${name}"`);
  });

  test.each([
    ['unknown', 'linger', 1],
    ['negative', 'lingerMs', -1],
    ['a text', 'lingerMs', '100'],
    ['not a number', 'lingerMs', NaN],
    ['longer than a timer can be', 'lingerMs', 2 ** 31],
    ['too short to be renewed', 'leaseMs', 999],
    ['endless', 'leaseMs', Infinity],
  ])('a setting of "ephemeral" that is %s: %s', (_what, name, value) => {
    const { message } = refusal({ ephemeral: { [name]: value } });
    expect(message).toContain('"ephemeral"');
    expect(message).toContain(`"${name}"`);
  });

  test('the first bad one among good ones', () => {
    const { message } = refusal({
      initialPersona: 'adam',
      unsupportedSenderActions: 'never',
    });
    expect(message).toContain('"unsupportedSenderActions"');
    expect(message).not.toContain('initialPersona');
  });

  test.each(['initialPersonas', 'toString'])(
    'an unknown option: %s',
    (name) => {
      expect(refusal({ [name]: 'adam' }).message).toContain(
        `no option "${name}"`,
      );
    },
  );

  test('an unknown option, telling which there are', () => {
    const { message } = refusal({ initialPersonas: 'adam' });
    expect(message).toContain('initialPersona,');
    expect(message).toContain('unsupportedSenderActions');
    expect(message).toContain('onCleanupError');
  });

  test.each([null, 'adam', 5, true, () => 'adam'])(
    'what are no options: %p',
    (options) => {
      expect(refusal(options).message).toContain('options');
    },
  );
});

describe('personas() takes', () => {
  test.each<[string, PersonasOptions | undefined]>([
    ['no options', undefined],
    ['an empty object', {}],
    ['options that are undefined', { initialPersona: undefined }],
    ['a persona', { initialPersona: 'adam' }],
    ['null for the Page', { initialPersona: null }],
    ['a function', { initialPersona: () => null }],
    ["'reject'", { unsupportedSenderActions: 'reject' }],
    ["'as-page'", { unsupportedSenderActions: 'as-page' }],
    ['a word', { refusedPersona: 'throw' }],
    ['a callback', { onCleanupError: () => undefined }],
    ['another callback', { onRefused: () => undefined }],
    ['no names', { directory: {} }],
    ['an ID for a name', { directory: { desk: '12345678901234567' } }],
    ['a Keyv', { store: new Keyv() }],
    ['no settings', { ephemeral: {} }],
    ['settings', { ephemeral: { lingerMs: 0, leaseMs: 1000 } }],
    ['settings that are undefined', { ephemeral: { lingerMs: undefined } }],
  ])('%s', (_what, options) => {
    expect(typeof install(options)).toBe('function');
  });

  test('a frozen object, and leaves it as it was', () => {
    const options = Object.freeze({ initialPersona: 'adam' });
    install(options);
    expect(options).toEqual({ initialPersona: 'adam' });
  });
});

test('an option that is undefined keeps its default', async () => {
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
