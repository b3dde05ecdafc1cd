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
  ['withPersona', 'Adam', (...action) => withPersona(ids.Adam, ...action)],
  [
    'withEphemeralPersona',
    'Guest',
    (...action) => withEphemeralPersona(profile('Guest'), ...action),
  ],
];

describe.each(wrappers)('%s around an action', (_name, face, wrap) => {
  const run = async (action: TestAction) => {
    await bot.run(action);
    expect(alive(bot.emulator)).toEqual(['Adam', 'Bea']);
    return shown(bot.emulator);
  };

  test('its persona speaks in the action, and not after it', async () => {
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

  test('actions that the action returns run as the persona, to the last one', async () => {
    const third = say('third');
    const second: TestAction = async (context) => {
      await context.sendText('second');
      return third;
    };
    const says = await run(wrap(() => Promise.resolve(second)));
    expect(says).toEqual([`${face}: second`, `${face}: third`]);
  });

  test('the action that a router selects runs as the persona', async () => {
    const says = await run(
      wrap(router([text('no', say('no')), text('hello', say('found'))])),
    );
    expect(says).toEqual([`${face}: found`]);
  });

  test('it can be the action of a route', async () => {
    const says = await run(router([text('hello', wrap(say('found')))]));
    expect(says).toEqual([`${face}: found`]);
  });

  test('nested chains and routers run as the persona, to the last action', async () => {
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

  test('without an action, the rest of the chain runs as the persona', async () => {
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

  test('without an action and without a chain, it does nothing', async () => {
    expect(await run(wrap())).toEqual([]);
    expect(bot.errors).toEqual([]);
  });

  test('the action gets the match of its route in the props', async () => {
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

  test('the action gets the props of withProps', async () => {
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

  test('an error handler gets the error in the props', async () => {
    const failing = await startBot({
      emulator: bot.emulator,
      onError: wrap(async (context, { error }) => {
        await context.sendText(`sorry: ${error?.message}`);
      }),
    });
    await failing.run(() => Promise.reject(new Error('no such order')));
    expect(shown(bot.emulator)).toEqual([`${face}: sorry: no such order`]);
  });

  test('an error of the action, or of an action that it returns, is passed on unchanged', async () => {
    const error = new Error('no such order');
    const fail: TestAction = () => {
      throw error;
    };
    await run(wrap(fail));
    await run(wrap(() => Promise.resolve(fail)));
    expect(bot.errors).toEqual([error, error]);
    expect(bot.errors.every((caught) => caught === error)).toBe(true);
  });

  test('it works without personas()', async () => {
    const plain = await startBot({ emulator: bot.emulator });
    await plain.run(wrap(say('hi')));
    await plain.run(chain([wrap(), say('hi again')]));
    expect(plain.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([`${face}: hi`, `${face}: hi again`]);
  });

  test('without personas(), it respects Bottender’s own usePersona', async () => {
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

describe('nested wrappers', () => {
  test('the persona of the innermost one speaks', async () => {
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
