import { router, text } from 'bottender/router';
import {
  InvalidPersonaError,
  InvalidProfileError,
  personas,
  withEphemeralPersona,
  withPersona,
  type PersonaContext,
} from 'bottender-persona';

import { startBot, type RunningBot } from './support/bot';
import { calls, shown } from './support/emulatorState';
import { createPersonas, profile } from './support/personas';

type Match = { match?: RegExpExecArray };

let bot: RunningBot;
let Adam: string;

beforeEach(async () => {
  bot = await startBot({ plugins: [personas()] });
  ({ Adam } = await createPersonas(bot.emulator, ['Adam']));
});

async function sayHi(context: PersonaContext): Promise<void> {
  await context.sendText('hi');
}

describe('the speaker of an action can be', () => {
  test.each([
    ['a function', <T>(value: T) => value],
    ['an async function', <T>(value: T) => Promise.resolve(value)],
  ])('%s of the context and the props', async (_what, give) => {
    const seen: unknown[] = [];
    const giveFor =
      <T>(value: T) =>
      (context: PersonaContext, { match }: Match) => {
        seen.push([context.event.text, match?.[1]]);
        return give(value);
      };
    await bot.run(router([text(/h(el)lo/, withPersona(giveFor(Adam), sayHi))]));
    await bot.run(
      router([
        text(/h(el)lo/, withEphemeralPersona(giveFor(profile('Guest')), sayHi)),
      ]),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Guest: hi']);
    expect(seen).toEqual([
      ['hello', 'el'],
      ['hello', 'el'],
    ]);
  });

  test('decided again for each event', async () => {
    const next = [Adam, null, Adam];
    const action = withPersona(() => next.shift() ?? null, sayHi);
    for (let event = 0; event < 3; event += 1) await bot.run(action);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Page: hi', 'Adam: hi']);
  });

  test('a function that throws: the event fails with its error, and the action does not run', async () => {
    const error = new Error('the directory of agents is down');
    const action = jest.fn();
    const fail = () => Promise.reject(error);
    await bot.run(withPersona(fail, action));
    await bot.run(withEphemeralPersona(fail, action));
    expect(bot.errors).toEqual([error, error]);
    expect(action).not.toHaveBeenCalled();
  });

  test('a function that returns an invalid value: it is rejected before the action runs', async () => {
    const action = jest.fn();
    await bot.run(withPersona(() => ' ', action));
    await bot.run(withEphemeralPersona(() => profile(''), action));
    expect(bot.errors).toEqual([
      expect.any(InvalidPersonaError),
      expect.any(InvalidProfileError),
    ]);
    expect(action).not.toHaveBeenCalled();
    expect(calls(bot.emulator)).toEqual(['POST /me/personas']);
  });
});

test.each([
  ['withPersona', (action: never) => withPersona('adam', action)],
  [
    'withEphemeralPersona',
    (action: never) => withEphemeralPersona(profile('Guest'), action),
  ],
])('%s of what is no action throws at once', (name, wrap) => {
  expect(() => wrap(undefined as never)).toThrow(
    `${name}() wraps an action, which is a function, but this was undefined: is the action exported`,
  );
  for (const given of [null, 'Help', {}]) {
    expect(() => wrap(given as never)).toThrow(
      `${name}() wraps an action, which is a function, but this was of type`,
    );
  }
});

test.each([
  ['withPersona', () => withPersona(Adam)],
  ['withEphemeralPersona', () => withEphemeralPersona(profile('Guest'))],
])(
  '%s without an action and without props does nothing',
  async (_name, wrap) => {
    await bot.run((context) => {
      const called: unknown = Reflect.apply(wrap(), undefined, [context]);
      return called as Promise<void>;
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([]);
  },
);
