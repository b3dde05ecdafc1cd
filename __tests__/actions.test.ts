import { chain, withProps, type Action, type Props } from 'bottender';
import { router, text } from 'bottender/router';
import {
  personas,
  withEphemeralPersona,
  withPersona,
  type PersonaContext,
} from 'bottender-persona';

import { startBot, type RunningBot, type TestAction } from './support/bot';
import { alive, shown } from './support/emulatorState';
import { createPersonas, profile } from './support/personas';

type Wrap = <P extends Record<string, unknown> = Record<never, never>>(
  action?: Action<PersonaContext, P>,
) => Action<PersonaContext, P>;
type Name = { name: string };
type Match = { match?: RegExpExecArray };

let bot: RunningBot;
let ids: Record<'Adam' | 'Bea', string>;

beforeEach(async () => {
  bot = await startBot({ plugins: [personas()] });
  ids = await createPersonas(bot.emulator, ['Adam', 'Bea']);
});

const say =
  (what: string) =>
  async (context: PersonaContext): Promise<void> => {
    await context.sendText(what);
  };

/** Both wrappers promise the same. */
const wrappers: [string, string, Wrap][] = [
  ['withPersona', 'Adam', (action) => withPersona(ids.Adam, action)],
  [
    'withEphemeralPersona',
    'Guest',
    (action) => withEphemeralPersona(profile('Guest'), action),
  ],
];

describe.each(wrappers)('%s around an action', (_name, face, wrap) => {
  const run = async (action: TestAction) => {
    await bot.run(action);
    expect(alive(bot.emulator)).toEqual(['Adam', 'Bea']);
    return shown(bot.emulator);
  };

  test('is in force in it, and no longer', async () => {
    const says = await run(
      chain([
        async (context: PersonaContext, { next }: Props<PersonaContext>) => {
          await wrap(say('wrapped'))(context, {});
          await context.sendText('after');
          return next;
        },
        say('next'),
      ]),
    );
    expect(says).toEqual([`${face}: wrapped`, 'Page: after', 'Page: next']);
  });

  test('runs the actions that it returns to the end, inside', async () => {
    const third = say('third');
    const second: TestAction = async (context) => {
      await context.sendText('second');
      return third;
    };
    const says = await run(wrap(() => Promise.resolve(second)));
    expect(says).toEqual([`${face}: second`, `${face}: third`]);
  });

  test('runs the action that a router finds, inside', async () => {
    const says = await run(
      wrap(router([text('no', say('no')), text('hello', say('found'))])),
    );
    expect(says).toEqual([`${face}: found`]);
  });

  test('stands on a route', async () => {
    const says = await run(router([text('hello', wrap(say('found')))]));
    expect(says).toEqual([`${face}: found`]);
  });

  test('runs nested chains and routers to the end, inside', async () => {
    const goOn: TestAction = async (context, props) => {
      await context.sendText('first');
      return props.next;
    };
    const says = await run(
      wrap(
        chain([
          goOn,
          chain([goOn, router([text('hello', chain([goOn, say('last')]))])]),
        ]),
      ),
    );
    expect(says).toEqual([
      `${face}: first`,
      `${face}: first`,
      `${face}: first`,
      `${face}: last`,
    ]);
  });

  test('without an action, has the rest of its chain inside', async () => {
    const says = await run(
      chain([
        wrap(),
        async (context: PersonaContext, { next }: Props<PersonaContext>) => {
          await context.sendText('inside');
          return next;
        },
        say('inside too'),
      ]),
    );
    expect(says).toEqual([`${face}: inside`, `${face}: inside too`]);
  });

  test('without an action and alone, does nothing', async () => {
    expect(await run(wrap())).toEqual([]);
    expect(bot.errors).toEqual([]);
  });

  test('hands on the props: the match of a route', async () => {
    const says = await run(
      router([
        text(
          /h(el)lo/,
          wrap(async (context: PersonaContext, { match }: Match) => {
            await context.sendText(String(match?.[1]));
          }),
        ),
      ]),
    );
    expect(says).toEqual([`${face}: el`]);
  });

  test('hands on the props: those of withProps', async () => {
    const greet = async (context: PersonaContext, { name }: Name) => {
      await context.sendText(`hello ${name}`);
    };
    const says = await run(
      withProps(wrap(greet), {
        name: 'Eve',
      }),
    );
    expect(says).toEqual([`${face}: hello Eve`]);
  });

  test('hands on the props: the error, around an error handler', async () => {
    const failing = await startBot({
      emulator: bot.emulator,
      onError: wrap(async (context, { error }) => {
        await context.sendText(`sorry: ${error?.message}`);
      }),
    });
    await failing.run(() => Promise.reject(new Error('no such order')));
    expect(shown(bot.emulator)).toEqual([`${face}: sorry: no such order`]);
  });

  test('lets an error through unchanged, also of an action that is returned', async () => {
    const error = new Error('no such order');
    const fail: TestAction = () => {
      throw error;
    };
    await run(wrap(fail));
    await run(wrap(() => Promise.resolve(fail)));
    expect(bot.errors).toEqual([error, error]);
    expect(bot.errors.every((caught) => caught === error)).toBe(true);
  });

  test('works without the middleware', async () => {
    const plain = await startBot({ emulator: bot.emulator });
    await plain.run(wrap(say('hi')));
    await plain.run(chain([wrap(), say('hi again')]));
    expect(plain.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([`${face}: hi`, `${face}: hi again`]);
  });

  test('takes over what Bottender’s own usePersona has said, without the middleware', async () => {
    const plain = await startBot({ emulator: bot.emulator });
    await plain.run(async (context) => {
      context.usePersona(ids.Bea);
      await context.sendText('before');
      await wrap(say('wrapped'))(context, {});
      await context.sendText('after');
      await context.withPersona(null, () => context.sendText('the Page'));
    });
    expect(plain.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Bea: before',
      `${face}: wrapped`,
      'Bea: after',
      'Page: the Page',
    ]);
  });
});

describe('wrappers in wrappers', () => {
  test('the innermost speaks', async () => {
    const inner = withEphemeralPersona(profile('Guest'), say('inner'));
    await bot.run(
      withPersona(
        ids.Adam,
        chain([
          withPersona(ids.Bea),
          async (context: PersonaContext) => {
            await context.sendText('middle');
            return withPersona(null, () => inner);
          },
        ]),
      ),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Bea: middle', 'Guest: inner']);
  });
});
