import {
  InvalidPersonaError,
  InvalidProfileError,
  PersonaError,
  personas,
  withEphemeralPersona,
  withPersona,
  type PersonaContext,
  type PersonaProfile,
} from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { calls, shown } from '../support/emulatorState';

const BAD_PERSONAS: [string, unknown][] = [
  ['an empty string', ''],
  ['a blank string', ' '],
  ['a number', 5],
  ['undefined', undefined],
  ['an object', {}],
];
const PICTURE = 'https://example.com/guest.png';
const BAD_PROFILES: [string, unknown, string][] = [
  ['an empty name', { name: '', profilePictureUrl: PICTURE }, 'name'],
  ['a blank name', { name: ' \n', profilePictureUrl: PICTURE }, 'name'],
  [
    'a name of 51 characters',
    { name: 'é'.repeat(51), profilePictureUrl: PICTURE },
    '50',
  ],
  ['a name that is no string', { name: 5, profilePictureUrl: PICTURE }, 'name'],
  ['no name', { profilePictureUrl: PICTURE }, 'name'],
  ['no picture', { name: 'Guest' }, 'profilePictureUrl'],
  [
    'a picture on disk',
    { name: 'Guest', profilePictureUrl: 'file:///guest.png' },
    'profilePictureUrl',
  ],
  [
    'a picture without a host',
    { name: 'Guest', profilePictureUrl: '/guest.png' },
    'profilePictureUrl',
  ],
  [
    'a picture in itself',
    { name: 'Guest', profilePictureUrl: 'data:image/png;base64,AA==' },
    'profilePictureUrl',
  ],
  ['a string', 'Guest', 'profile'],
  ['null', null, 'profile'],
  ['undefined', undefined, 'profile'],
];

let bot: RunningBot;
beforeEach(async () => {
  bot = await startBot({ plugins: [personas()] });
});

/** What the handler's call threw; nothing may have reached Messenger, and the bot goes on. */
async function refusal(
  act: (context: PersonaContext) => unknown,
): Promise<Error> {
  await bot.run(async (context) => {
    await act(context);
  });
  expect(calls(bot.emulator)).toEqual([]);
  const [error] = bot.errors;
  expect(error).toBeInstanceOf(PersonaError);

  await bot.run(async (context) => {
    await context.sendText(`persona: ${context.persona}`);
  });
  expect(shown(bot.emulator)).toEqual(['Page: persona: null']);
  return error as Error;
}

/** What a call throws at once. */
function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(BAD_PERSONAS)('%s as a persona is rejected', (_what, given) => {
  const persona = given as string;

  test('by usePersona, at once', async () => {
    const error = await refusal((context) => {
      const atOnce = thrown(() => context.usePersona(persona));
      expect(atOnce).toBeInstanceOf(InvalidPersonaError);
      throw atOnce;
    });
    expect(error.message).toMatch(/non-empty string/);
  });

  test('by withPersona, before the block runs', async () => {
    const run = jest.fn();
    const error = await refusal((context) => context.withPersona(persona, run));
    expect(error).toBeInstanceOf(InvalidPersonaError);
    expect(run).not.toHaveBeenCalled();
  });

  test('by withPersona around an action, when the action is wrapped', () => {
    const atOnce = thrown(() => withPersona(persona, () => undefined));
    expect(atOnce).toBeInstanceOf(InvalidPersonaError);
  });
});

// There, `undefined` is not given.
const BAD_IDS = BAD_PERSONAS.filter(([, persona]) => persona !== undefined);

test.each(BAD_IDS)(
  '%s as the personaId of a send is rejected before anything is sent',
  async (_what, given) => {
    const personaId = given as string;
    const error = await refusal((context) =>
      context.sendText('hi', { personaId }),
    );
    expect(error).toBeInstanceOf(InvalidPersonaError);
  },
);

describe.each(BAD_PROFILES)(
  '%s as a profile is rejected',
  (_what, given, names) => {
    const profile = given as PersonaProfile;

    test('by withEphemeralPersona, before anything is sent', async () => {
      const run = jest.fn();
      const error = await refusal((context) =>
        context.withEphemeralPersona(profile, run),
      );
      expect(error).toBeInstanceOf(InvalidProfileError);
      expect(error.message).toContain(names);
      expect(run).not.toHaveBeenCalled();
    });

    test('by withEphemeralPersona around an action, when the action is wrapped', () => {
      const atOnce = thrown(() =>
        withEphemeralPersona(profile, () => undefined),
      );
      expect(atOnce).toBeInstanceOf(InvalidProfileError);
    });
  },
);

describe('a name of 50 characters', () => {
  test('is accepted, even if a character takes two UTF-16 units', async () => {
    const name = '🦊'.repeat(50);
    await bot.run(
      withEphemeralPersona(
        { name, profilePictureUrl: PICTURE },
        async (context) => {
          await context.sendText('hi');
        },
      ),
    );
    expect(shown(bot.emulator)).toEqual([`${name}: hi`]);
  });
});

describe('a value that is not an action is rejected when it is wrapped', () => {
  test.each(['an action', {}, null])('%p', (action) => {
    const notAnAction = action as unknown as () => void;
    const wrap = () => withPersona('1', notAnAction);
    expect(wrap).toThrow(TypeError);
    expect(wrap).toThrow(/^withPersona\(\) wraps an action/);
    expect(() =>
      withEphemeralPersona(
        { name: 'Guest', profilePictureUrl: PICTURE },
        notAnAction,
      ),
    ).toThrow(/withEphemeralPersona/);
  });
});
