import {
  InvalidOptionError,
  PersonaError,
  personas,
  type PersonasOptions,
} from 'bottender-persona';

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
    ['what is no function', 'onCleanupError', 'console.error'],
    ['null for a function', 'onCleanupError', null],
  ])('%s: %s', (_what, name, value) => {
    const { message } = refusal({ [name]: value });
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
    ['a callback', { onCleanupError: () => undefined }],
  ])('%s', (_what, options) => {
    expect(typeof install(options)).toBe('function');
  });

  test('a frozen object, and leaves it as it was', () => {
    const options = Object.freeze({ initialPersona: 'adam' });
    install(options);
    expect(options).toEqual({ initialPersona: 'adam' });
  });
});
