import { personas, type PersonaContext } from 'bottender-persona';
import Keyv from 'keyv';

import {
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  type RunningBot,
  SEND_MODES,
  startBot,
  type TestAction,
} from '../support/bot';
import { advanceTime, shortenTimeouts } from '../support/clock';
import {
  alive,
  bodies,
  personaIds,
  shown,
  watchCalls,
} from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

const DIRECTORY = { adam: profile('Adam'), bea: profile('Bea') };
const LIST = 'GET /me/personas';
const MAKE = 'POST /me/personas';
const SEND = 'POST /me/messages';

const sayAs =
  (name: string) =>
  async (context: PersonaContext): Promise<void> => {
    await context.withPersona(name, () => context.sendText('hi'));
  };

function counts(seen: string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const call of seen) counted[call] = (counted[call] ?? 0) + 1;
  return counted;
}

describe('a name becomes the ID of a persona', () => {
  test('that is created, if the Page has none with that name', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    await createPersonas(bot.emulator, ['Somebody else']);
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('adam'));
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
    expect(seen()).toEqual([LIST, MAKE, SEND]);
    expect((await bodies(bot.emulator, MAKE)).at(-1)).toMatchObject({
      name: 'Adam',
      profile_picture_url: DIRECTORY.adam.profilePictureUrl,
    });
  });

  test('that is found on the Page’s list', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    const { Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('bea'));
    expect(seen()).toEqual([LIST, SEND]);
    expect((await bodies(bot.emulator, SEND))[0]?.persona_id).toBe(Bea);
  });

  test('that is found on the last of many pages of the list', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    const others = Array.from({ length: 200 }, (_, i) => `Agent ${i}`);
    await createPersonas(bot.emulator, [...others, 'Adam']);
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('adam'));
    expect(seen()).toEqual([LIST, LIST, LIST, SEND]);
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('that is remembered: the next event makes no call but its send', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    await bot.run(sayAs('adam'));
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('adam'));
    await bot.run(sayAs('adam'));
    expect(seen()).toEqual([SEND, SEND]);
    await bot.run(sayAs('bea'));
    expect(seen()).toEqual([SEND, SEND, MAKE, SEND]);
  });

  test('that the directory contains, without a call', async () => {
    const bot = await startBot();
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const plugin = personas({ directory: { desk: Adam } });
    const seen = watchCalls(bot.emulator);
    await bot.run(async (context) => {
      await plugin(context);
      await sayAs('desk')(context);
    });
    expect(bot.errors).toEqual([]);
    expect(seen()).toEqual([SEND]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('for each Page separately', async () => {
    const bot = await startBot({
      severalPages: true,
      plugins: [personas({ directory: DIRECTORY })],
    });
    const pages = [PAGE, OTHER_PAGE, PAGE, OTHER_PAGE];
    for (const { id } of pages) await bot.run(sayAs('adam'), { pageId: id });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(Array(4).fill('Adam: hi'));
    const here = personaIds(bot.emulator, 'Adam', PAGE);
    const there = personaIds(bot.emulator, 'Adam', OTHER_PAGE);
    expect([here.length, there.length]).toEqual([1, 1]);
    const sent = await bodies(bot.emulator, SEND);
    expect(sent.map(({ persona_id }) => persona_id)).toEqual(
      [here, there, here, there].flat(),
    );
  });
});

describe.each(SEND_MODES)(
  'many simultaneous first sends, sent %s',
  (_mode, setup) => {
    test('need one list and one creation for 50 messages', async () => {
      const bot = await startBot({
        ...setup,
        plugins: [personas({ directory: DIRECTORY })],
      });
      bot.emulator.fail({ path: '/me/personas', delayMs: 30 });
      const seen = watchCalls(bot.emulator);
      await bot.run(async (context) => {
        context.usePersona('adam');
        await Promise.all(
          Array.from({ length: 50 }, (_, i) => context.sendText(`${i}`)),
        );
      });
      expect(bot.errors).toEqual([]);
      expect(counts(seen())).toMatchObject({
        [LIST]: 1,
        [MAKE]: 1,
        [SEND]: 50,
      });
      expect(shown(bot.emulator).sort()).toEqual(
        Array.from({ length: 50 }, (_, i) => `Adam: ${i}`).sort(),
      );
    });

    test('need one list for different customers and names', async () => {
      const bot = await startBot({
        ...setup,
        plugins: [personas({ directory: DIRECTORY })],
      });
      const seen = watchCalls(bot.emulator);
      const action: TestAction = async (context) => {
        const { id } = context.session?.user as { id: string };
        await sayAs(Number(id) % 2 ? 'adam' : 'bea')(context);
      };
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          bot.run(action, { psid: `${2000 + i}` }),
        ),
      );
      expect(bot.errors).toEqual([]);
      expect(counts(seen())).toMatchObject({
        [LIST]: 1,
        [MAKE]: 2,
        [SEND]: 20,
      });
      expect(shown(bot.emulator, '2001')).toEqual(['Adam: hi']);
      expect(shown(bot.emulator, '2002')).toEqual(['Bea: hi']);
    });
  },
);

describe('a failure', () => {
  beforeEach(shortenTimeouts);

  const FAILURES: [string, Parameters<RunningBot['emulator']['fail']>[0]][] = [
    ['the list', { method: 'GET', path: '/me/personas', status: 400 }],
    ['the creation', { method: 'POST', path: '/me/personas', status: 400 }],
    ['both, for a while', { path: '/me/personas', status: 503 }],
  ];
  test.each(FAILURES)(
    'of %s is tried again by the first send after a wait',
    async (_what, fault) => {
      const bot = await startBot({
        plugins: [
          personas({ directory: DIRECTORY, onRefused: () => undefined }),
        ],
      });
      const mend = bot.emulator.fail(fault);
      await bot.run(sayAs('adam'));
      mend();
      await bot.run(sayAs('adam'));
      advanceTime(1000);
      await bot.run(sayAs('adam'));
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Page: hi', 'Page: hi', 'Adam: hi']);
      expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
    },
  );

  test('that passes within a few tries is not noticed', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    bot.emulator.fail({ path: '/me/personas', status: 500, times: 2 });
    await bot.run(sayAs('adam'));
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
  });

  test('to get an answer: a persona that was created nevertheless is found, not created again', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY })],
    });
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      connection: 'break-after',
      times: 1,
    });
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('adam'));
    expect(seen()).toEqual([LIST, MAKE, LIST, SEND]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi']);
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
  });

  test('by a rate limit affects the whole Page', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY, onRefused: () => undefined })],
    });
    const error = { code: 32, message: '(#32) Page request limit reached' };
    const mend = bot.emulator.fail({ path: '/me/personas', error });
    await bot.run(sayAs('adam'));
    mend();
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('bea'));
    expect(seen()).toEqual([SEND]);
    advanceTime(1000);
    await bot.run(sayAs('bea'));
    expect(shown(bot.emulator)).toEqual(['Page: hi', 'Page: hi', 'Bea: hi']);
  });

  test('of a creation that Messenger forbids costs one list, not one per send', async () => {
    const bot = await startBot({
      plugins: [personas({ directory: DIRECTORY, onRefused: () => undefined })],
    });
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      error: { code: 200, message: '(#200) Permissions error' },
    });
    const seen = watchCalls(bot.emulator);
    await bot.run(sayAs('adam'));
    await bot.run(sayAs('adam'));
    advanceTime(1000);
    await bot.run(sayAs('adam'));
    expect(counts(seen())).toEqual({ [LIST]: 1, [MAKE]: 2, [SEND]: 3 });
  });
});

describe('ephemeral personas', () => {
  test('are never mistaken for the directory’s, although they are on the list', async () => {
    const store = new Keyv();
    const bot = await startBot({
      plugins: [personas({ store, directory: DIRECTORY })],
    });
    let guest = '';
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Adam'), async ({ id }) => {
        guest = id ?? '';
        await context.withPersona('adam', () => context.sendText('named'));
        await context.sendText('on the fly');
      }),
    );
    await bot.run(sayAs('adam'));
    expect(bot.errors).toEqual([]);
    const sent = await bodies(bot.emulator, SEND);
    const [named, onTheFly, later] = sent.map(({ persona_id }) => persona_id);
    expect(onTheFly).toBe(guest);
    expect(named).not.toBe(guest);
    expect(later).toBe(named);
    expect(alive(bot.emulator)).toEqual(['Adam']);
  });

  test('of another process are not mistaken either', async () => {
    const store = new Keyv();
    const theirs = await startBot({ plugins: [personas({ store })] });
    const ours = await startBot({
      emulator: theirs.emulator,
      plugins: [personas({ store, directory: DIRECTORY })],
    });
    const { emulator } = theirs;
    emulator.setWebhookUrl(theirs.webhookUrl);
    let guest = '';
    await theirs.run((context) =>
      context.withEphemeralPersona(profile('Adam'), async ({ id }) => {
        guest = id ?? '';
        await ours.runHere(sayAs('adam'), CUSTOMER);
      }),
    );
    expect([...theirs.errors, ...ours.errors]).toEqual([]);
    const [sent] = await bodies(emulator, SEND);
    expect(sent?.persona_id).not.toBe(guest);
    expect(personaIds(emulator, 'Adam')).toEqual([sent?.persona_id]);
  });
});

describe('a directory of 2,000 agents', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `Agent ${i}`);
  const directory = Object.fromEntries(
    names.map((name, i) => [`agent${i}`, profile(name)]),
  );

  test('costs nothing at start, and one paged list for all names', async () => {
    const bot = await startBot({ plugins: [personas({ directory })] });
    await createPersonas(bot.emulator, names.slice(0, 500));
    const seen = watchCalls(bot.emulator);
    await bot.run(async (context) => {
      await context.sendText('hi');
    });
    expect(seen()).toEqual([SEND]);

    await bot.run(sayAs('agent499'));
    expect(seen()).toEqual([SEND, ...Array<string>(5).fill(LIST), SEND]);

    await bot.run(async (context) => {
      await Promise.all([0, 200, 400].map((i) => sayAs(`agent${i}`)(context)));
    });
    await bot.run(sayAs('agent1999'));
    expect(counts(seen())).toEqual({ [LIST]: 5, [MAKE]: 1, [SEND]: 6 });
    expect(shown(bot.emulator).sort()).toEqual(
      [0, 200, 400, 499, 1999]
        .map((i) => `Agent ${i}: hi`)
        .concat('Page: hi')
        .sort(),
    );
    expect(alive(bot.emulator)).toHaveLength(501);
  });
});
