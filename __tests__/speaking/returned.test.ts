import { route, router } from 'bottender/router';
import { chain } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { startBot, type TestAction } from '../support/bot';
import { alive, calls, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

const Help: TestAction = async (context) => {
  await context.sendText('help');
};

/** Values that the function of a block returns; each sends "help" when it has run. */
const RETURNED: [string, TestAction][] = [
  ['an action', Help],
  ['an action that returns an action', () => Help],
  ['a router', router([route('*', Help)]) as TestAction],
  [
    'a chain',
    chain<PersonaContext>([
      (_context, { next }: { next?: TestAction }) => next,
      Help,
    ]) as TestAction,
  ],
];

describe.each(RETURNED)('%s that a block returns', (_what, returned) => {
  test('runs as the persona of the block, to the last action', async () => {
    const bot = await startBot({ plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    let result: unknown = 'nothing yet';
    await bot.run(async (context) => {
      result = await context.withPersona(Adam, () => returned as never);
      await context.sendText('over');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: help', 'Page: over']);
    expect(typeof result).not.toBe('function');
  });

  test('runs as the ephemeral persona of the block, before it is deleted', async () => {
    const bot = await startBot({ plugins: [personas()] });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(
        profile('Guest'),
        () => returned as never,
      );
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: help']);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

test('the function of a block gets the context and props, so that it can be an action', async () => {
  const bot = await startBot({ plugins: [personas()] });
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    const first: TestAction = (_context, { next }) => next ?? Help;
    await context.withPersona(Adam, first as never);
    await context.withEphemeralPersona(
      profile('Guest'),
      async (persona: { name: string }, given: PersonaContext) => {
        await given.sendText(`I am ${persona.name}`);
      },
    );
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Adam: help', 'Guest: I am Guest']);
});

test.each([
  ['withPersona', ['adam']],
  ['withPersona', ['adam', { not: 'a function' }]],
  ['withEphemeralPersona', [profile('Guest')]],
  ['withEphemeralPersona', [profile('Guest'), 'run']],
] as const)(
  'context.%s(%j) is an error before anything is created',
  async (method, args) => {
    const bot = await startBot({
      plugins: [personas({ directory: { adam: profile('Adam') } })],
    });
    await bot.run(async (context) => {
      const call = Reflect.get(context, method) as (
        ...given: unknown[]
      ) => Promise<unknown>;
      await call.apply(context, [...args]);
    });
    expect(bot.errors).toMatchObject([
      {
        name: 'TypeError',
        message: expect.stringContaining(
          `context.${method}() takes a function as its second argument`,
        ) as string,
      },
    ]);
    expect(calls(bot.emulator)).toEqual([]);
  },
);
