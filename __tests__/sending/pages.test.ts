import { personas, type PersonasOptions } from 'bottender-persona';
import type { EmulatorState } from 'messenger-emulator';

import {
  OTHER_PAGE,
  PAGE,
  SEND_MODES,
  startBot,
  type TestAction,
} from '../support/bot';
import { alive } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
import { filenameOption } from '../support/sends';

type OnRefused = NonNullable<PersonasOptions['onRefused']>;

describe.each(SEND_MODES)('a bot of several Pages, %s', (_mode, setup) => {
  const start = () =>
    startBot({ plugins: [personas()], severalPages: true, ...setup });

  test('speaks on each Page with a persona of that Page', async () => {
    const bot = await start();
    const ids = {
      [PAGE.id]: (await createPersonas(bot.emulator, ['Adam'])).Adam,
      [OTHER_PAGE.id]: (await createPersonas(bot.emulator, ['Bea'], OTHER_PAGE))
        .Bea,
    };
    for (const pageId of Object.keys(ids)) {
      await bot.run(
        async (context) => {
          context.usePersona(ids[pageId] ?? null);
          await context.sendText('hi');
          await context.sendImage(Buffer.from('a'), filenameOption('a.png'));
        },
        { pageId },
      );
    }
    expect(bot.errors).toEqual([]);
    expect(shownOn(bot.emulator.state(), PAGE.id)).toEqual([
      'Adam: hi',
      'Adam: [attachment]',
    ]);
    expect(shownOn(bot.emulator.state(), OTHER_PAGE.id)).toEqual([
      'Bea: hi',
      'Bea: [attachment]',
    ]);
  });

  test('creates a persona on the Page that the customer writes to, and deletes it there', async () => {
    const bot = await start();
    const action: TestAction = async (context) => {
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('hi');
      });
    };
    await bot.run(action, { pageId: OTHER_PAGE.id });
    await bot.run(action, { pageId: PAGE.id });
    expect(bot.errors).toEqual([]);
    for (const { id } of [PAGE, OTHER_PAGE]) {
      expect(shownOn(bot.emulator.state(), id)).toEqual(['Guest: hi']);
    }
    expect(
      bot.emulator
        .state()
        .personas.map(({ pageId, deleted }) => [pageId, deleted]),
    ).toEqual([
      [OTHER_PAGE.id, true],
      [PAGE.id, true],
    ]);
  });

  test('serves both at the same time, each with a persona of its own', async () => {
    const bot = await start();
    const both = [PAGE, OTHER_PAGE].map(({ id: pageId }) =>
      bot.run(
        (context) =>
          context.withEphemeralPersona(profile('Guest'), async () => {
            await context.sendText('one');
            await context.sendText('two');
          }),
        { pageId },
      ),
    );
    await Promise.all(both);
    expect(bot.errors).toEqual([]);
    expect(alive(bot.emulator)).toEqual([]);
    for (const { id } of [PAGE, OTHER_PAGE]) {
      expect(shownOn(bot.emulator.state(), id)).toEqual([
        'Guest: one',
        'Guest: two',
      ]);
    }
  });
});

describe('after context.useAccessToken', () => {
  test('personas are created, carried and deleted on the Page of that token', async () => {
    // Bottender proves such sends with the proof of the channel's token.
    const bot = await startBot({
      plugins: [personas()],
      skipAppSecretProof: true,
    });
    await bot.say('I write to the other Page too', { pageId: OTHER_PAGE.id });
    await bot.run(async (context) => {
      context.useAccessToken(OTHER_PAGE.accessToken);
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('hi');
        await context.sendImage(Buffer.from('a'), filenameOption('a.png'));
      });
    });
    expect(bot.errors).toEqual([]);
    const state = bot.emulator.state();
    expect(shownOn(state, OTHER_PAGE.id)).toEqual([
      'Guest: hi',
      'Guest: [attachment]',
    ]);
    expect(shownOn(state, PAGE.id)).toEqual([]);
    expect(state.personas).toMatchObject([
      { pageId: OTHER_PAGE.id, deleted: true },
    ]);
  });

  test('in a block, each Page has a persona of its own, and none is left behind', async () => {
    const plugin = personas();
    const bot = await startBot({ plugins: [plugin], skipAppSecretProof: true });
    await bot.say('I write to the other Page too', { pageId: OTHER_PAGE.id });
    await bot.run(async (context) => {
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('one');
        context.useAccessToken(OTHER_PAGE.accessToken);
        await context.sendText('two');
        await context.as().sendText('three');
      });
    });
    expect(bot.errors).toEqual([]);
    const state = bot.emulator.state();
    expect(shownOn(state, PAGE.id)).toEqual(['Guest: one']);
    expect(shownOn(state, OTHER_PAGE.id)).toEqual([
      'Guest: two',
      'Guest: three',
    ]);
    expect(alive(bot.emulator)).toEqual([]);
    const { created, deleted } = plugin.stats();
    expect(deleted).toBe(created);
  });

  test('a Page that Messenger does not name gets no persona, and the message is sent', async () => {
    const onRefused = jest.fn<void, Parameters<OnRefused>>();
    const bot = await startBot({
      plugins: [personas({ onRefused })],
      skipAppSecretProof: true,
    });
    await bot.say('I write to the other Page too', { pageId: OTHER_PAGE.id });
    bot.emulator.fail({ path: '/me', status: 400, error: { code: 200 } });
    await bot.run(async (context) => {
      context.useAccessToken(OTHER_PAGE.accessToken);
      await context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('hi');
      });
    });
    expect(bot.errors).toEqual([]);
    expect(shownOn(bot.emulator.state(), OTHER_PAGE.id)).toEqual(['Page: hi']);
    expect(onRefused).toHaveBeenCalledTimes(1);
    const [refusal] = onRefused.mock.lastCall ?? [];
    expect(refusal).toMatchObject({
      reason: 'not-created',
      persona: 'Guest',
      pageId: undefined,
      failure: { status: 400, code: 200 },
    });
  });

  test('the plugin’s calls have the proof of that token', async () => {
    const bot = await startBot({ plugins: [personas()] });
    await bot.run(async (context) => {
      context.useAccessToken(OTHER_PAGE.accessToken);
      await context.withEphemeralPersona(profile('Guest'), () => undefined);
    });
    expect(
      bot.emulator
        .state()
        .requests.map(({ method, path, status }) => [
          method,
          path.replace(/\d+/, '<ID>'),
          status,
        ]),
    ).toEqual([
      ['GET', '/me', 200],
      ['POST', '/me/personas', 200],
      ['DELETE', '/<ID>', 200],
    ]);
  });
});

function shownOn(state: EmulatorState, pageId: string): string[] {
  const { entries = [] } =
    state.conversations.find((talk) => talk.pageId === pageId) ?? {};
  return entries
    .filter(({ from }) => from !== 'user')
    .map(
      ({ persona, message }) =>
        `${persona?.name ?? 'Page'}: ${message?.text ?? '[attachment]'}`,
    );
}
