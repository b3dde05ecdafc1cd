import { MessengerClient } from 'bottender';
import { personas, type PersonasOptions } from 'bottender-persona';

import { OTHER_PAGE, PAGE, type RunningBot, startBot } from '../support/bot';
import { advanceTime } from '../support/clock';
import { alive, calls, shown } from '../support/emulatorState';
import { onPage, startFakeGraph } from '../support/fakeGraph';
import { barrier, gate } from '../support/gate';
import { profile } from '../support/personas';

const ADAM = profile('Adam');
const LINGER_MS = 200;
const FOREVER_MS = 60_000;

let bot: RunningBot;
let plugin: ReturnType<typeof personas>;

async function start(ephemeral: PersonasOptions['ephemeral'] = {}) {
  plugin = personas({ ephemeral, onRefused: () => {} });
  bot = await startBot({ plugins: [plugin], severalPages: true });
}

function count(call: string | RegExp): number {
  return calls(bot.emulator).filter((made) =>
    typeof call === 'string' ? made === call : call.test(made),
  ).length;
}

const refusal = (code: number, message: string) => ({
  status: 400,
  body: { error: { code, message } },
});

const CREATION = 'POST /me/personas';
const DELETION = /^DELETE /;

/** Each of these writes at once, and is answered by what `block` sends. */
async function allAtOnce(
  customers: { psid: string; pageId?: string; face?: typeof ADAM }[],
): Promise<void> {
  const everybodySpeaks = barrier(customers.length);
  const faces = new Map(customers.map(({ psid, face }) => [psid, face]));
  await Promise.all(
    customers.map(({ psid, pageId }) =>
      bot.run(
        async (context) => {
          const { id: psid } = context.session?.user as { id: string };
          await context.withEphemeralPersona(
            faces.get(psid) ?? ADAM,
            async () => {
              await context.sendText(`hi ${psid}`);
              await everybodySpeaks();
            },
          );
        },
        { psid, pageId },
      ),
    ),
  );
  expect(bot.errors).toEqual([]);
}

describe('sharing', () => {
  const CUSTOMERS = ['2001', '2002', '2003', '2004', '2005'].map((psid) => ({
    psid,
  }));

  test('all who need a persona at once share one creation and one deletion', async () => {
    await start();
    bot.emulator.fail({ path: '/me/personas', delayMs: 50 });
    await allAtOnce(CUSTOMERS);
    expect(shown(bot.emulator).sort()).toEqual(
      CUSTOMERS.map(({ psid }) => `Adam: hi ${psid}`),
    );
    expect(count(CREATION)).toBe(1);
    expect(count(DELETION)).toBe(1);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('without lingering, the next handler gets a new persona', async () => {
    await start();
    await allAtOnce([{ psid: '2001' }]);
    await allAtOnce([{ psid: '2002' }]);
    expect([count(CREATION), count(DELETION)]).toEqual([2, 2]);
  });

  test('Pages never share a persona', async () => {
    await start();
    await allAtOnce([
      { psid: '2001', pageId: PAGE.id },
      { psid: '2002', pageId: OTHER_PAGE.id },
    ]);
    const { personas: made } = bot.emulator.state();
    expect(made.map(({ pageId }) => pageId).sort()).toEqual([
      PAGE.id,
      OTHER_PAGE.id,
    ]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Adam: hi 2001',
      'Adam: hi 2002',
    ]);
  });

  test('profiles that differ in the name or the picture never share a persona', async () => {
    await start();
    await allAtOnce([
      { psid: '2001', face: ADAM },
      { psid: '2002', face: profile('Bea') },
      {
        psid: '2003',
        face: { ...ADAM, profilePictureUrl: 'https://example.com/other.png' },
      },
    ]);
    expect(count(CREATION)).toBe(3);
  });

  test('a failed creation fails for all who wait for it, and is tried again after a pause', async () => {
    await start();
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      error: { code: 200, message: 'No permission' },
      delayMs: 50,
      times: 1,
    });
    await allAtOnce([{ psid: '2001' }, { psid: '2002' }]);
    expect(shown(bot.emulator).sort()).toEqual([
      'Page: hi 2001',
      'Page: hi 2002',
    ]);
    await allAtOnce([{ psid: '2003' }]);
    expect(shown(bot.emulator, '2003')).toEqual(['Page: hi 2003']);
    expect(count(CREATION)).toBe(1);
    advanceTime(1000);
    await allAtOnce([{ psid: '2004' }]);
    expect(shown(bot.emulator, '2004')).toEqual(['Adam: hi 2004']);
    expect(count(CREATION)).toBe(2);
  });
});

describe('lingering', () => {
  test('keeps the persona for the next handler, and deletes it lingerMs after its last use', async () => {
    await start({ lingerMs: LINGER_MS });
    await allAtOnce([{ psid: '2001' }]);
    // Longer than lingering together, each less.
    bot.emulator.fail({ path: '/me/messages', delayMs: LINGER_MS * 0.75 });
    await allAtOnce([{ psid: '2002' }]);
    await allAtOnce([{ psid: '2003' }]);
    expect(count(DELETION)).toBe(0);
    await bot.emulator.waitFor(() => count(DELETION) === 1);
    expect(alive(bot.emulator)).toEqual([]);
    expect(count(CREATION)).toBe(1);
    const [first = NaN, second = NaN] = timesOf(
      / \/me\/messages$|^DELETE /,
    ).slice(-2);
    // A timer may run a millisecond early.
    expect(second - first).toBeGreaterThanOrEqual(LINGER_MS - 2);
  });

  test('creates and deletes the persona with the newest client, as the token of an earlier one may be replaced', async () => {
    let id = 7;
    let valid = 'OLD';
    const gone = new Set<string>();
    const { origin, calls } = await startFakeGraph(
      onPage(({ method, path, query, body }) => {
        if (query.get('access_token') !== valid) return refusal(190, 'expired');
        if (method === 'DELETE') return { body: { success: true } };
        if (method === 'POST' && path === '/me/personas') {
          return { body: { id: String(id++) } };
        }
        if (method === 'GET') return { body: { data: [] } };
        return [...gone].some((each) => body.includes(each))
          ? refusal(100, 'persona_id does not exist')
          : { body: { recipient_id: '1001', message_id: 'm' } };
      }),
    );
    const report = jest.fn();
    const desk = personas({
      ephemeral: { lingerMs: FOREVER_MS },
      onRefused: report,
      onCleanupError: report,
    });
    const speak = () => {
      const client = desk.client(
        new MessengerClient({ accessToken: valid, origin }),
      );
      return client.withEphemeralPersona(ADAM, () =>
        client.sendText('1001', 'hi'),
      );
    };
    await speak();
    valid = 'NEW';
    gone.add('"7"');
    await speak();
    valid = 'NEWEST';
    await speak();
    await desk.close();
    expect(report.mock.calls).toEqual([]);
    expect(calls.at(-1)).toMatch(/^DELETE .*\/8\?access_token=NEWEST$/);
  });

  test('that is gone is created once more, also where the refusal of a second message arrives after that', async () => {
    const { opened, open } = gate();
    let id = 7;
    const { client, calls, bodies } = await startFakeGraph(
      onPage(({ method, path, body }) => {
        if (method === 'DELETE') return { body: { success: true } };
        if (method === 'GET') return { body: { data: [] } };
        if (path === '/me/personas') return { body: { id: String(id++) } };
        if (body.includes('"7"')) {
          const when = body.includes('two') ? opened : Promise.resolve();
          return { ...refusal(100, 'persona_id does not exist'), when };
        }
        open();
        return { body: { recipient_id: '1001', message_id: 'm' } };
      }),
    );
    const desk = personas().client(client);
    await desk.withEphemeralPersona(ADAM, () =>
      Promise.all([desk.sendText('1001', 'one'), desk.sendText('1001', 'two')]),
    );
    const created = calls.filter((call) => /^POST .*personas/.test(call));
    expect(created).toHaveLength(2);
    const accepted = bodies.filter((body) => body.includes('"8"'));
    expect(accepted).toHaveLength(2);
  });

  test('is separate for each Page', async () => {
    await start({ lingerMs: FOREVER_MS });
    await allAtOnce([{ psid: '2001', pageId: PAGE.id }]);
    await allAtOnce([{ psid: '2001', pageId: OTHER_PAGE.id }]);
    expect(alive(bot.emulator)).toEqual(['Adam', 'Adam']);
    await plugin.close();
  });

  test('spreads many deletions over time', async () => {
    await start({ lingerMs: 20 });
    bot.emulator.fail({ method: 'DELETE', delayMs: 50 });
    await allAtOnce(
      Array.from({ length: 12 }, (_, i) => ({
        psid: String(2001 + i),
        face: profile(`Agent ${i}`),
      })),
    );
    await bot.emulator.waitFor(() => count(DELETION) === 12);
    expect(alive(bot.emulator)).toEqual([]);
    const times = timesOf(DELETION);
    // Eight at a time: the ninth comes when one of them is done.
    const [first = NaN] = times;
    expect((times[8] ?? NaN) - first).toBeGreaterThanOrEqual(45);
  });
});

describe('personas().close()', () => {
  test('deletes lingering personas at once, and only once', async () => {
    await start({ lingerMs: FOREVER_MS });
    await allAtOnce([{ psid: '2001' }, { psid: '2002', face: profile('Bea') }]);
    expect(alive(bot.emulator).sort()).toEqual(['Adam', 'Bea']);
    // So slow that the turns of both calls come before the first answer.
    bot.emulator.fail({ method: 'DELETE', delayMs: 150 });
    await Promise.all([plugin.close(), plugin.close()]);
    expect(alive(bot.emulator)).toEqual([]);
    expect(count(DELETION)).toBe(2);
  });

  test('resolves if there is nothing to do', async () => {
    await start();
    await expect(plugin.close()).resolves.toBeUndefined();
  });

  test('waits for running handlers, whose personas do not linger', async () => {
    await start({ lingerMs: FOREVER_MS });
    await allAtOnce([{ psid: '2001', face: profile('Bea') }]);
    const spoken = gate();
    const goOn = gate();
    const handling = bot.run(async (context) => {
      await context.withEphemeralPersona(ADAM, async () => {
        await context.sendText('one');
        spoken.open();
        await goOn.opened;
        await context.sendText('two');
      });
    });
    await spoken.opened;
    let isClosed = false;
    const closing = plugin.close().then(() => (isClosed = true));
    await bot.emulator.waitFor(() => !alive(bot.emulator).includes('Bea'));
    expect(alive(bot.emulator)).toEqual(['Adam']);
    expect(isClosed).toBe(false);
    goOn.open();
    await closing;
    expect(alive(bot.emulator)).toEqual([]);
    await handling;
    expect(shown(bot.emulator).slice(-2)).toEqual(['Adam: one', 'Adam: two']);

    await allAtOnce([{ psid: '2001' }]);
    expect(alive(bot.emulator)).toEqual([]);
  });

  test('waits for a deletion that is being tried again', async () => {
    await start();
    bot.emulator.fail({ method: 'DELETE', status: 500, times: 1 });
    await allAtOnce([{ psid: '2001' }]);
    expect(alive(bot.emulator)).toEqual(['Adam']);
    await plugin.close();
    expect(alive(bot.emulator)).toEqual([]);
    expect(count(DELETION)).toBe(2);
  });

  test('a lingering persona that is used again before its deletion is not deleted', async () => {
    await start({ lingerMs: FOREVER_MS });
    // As many as are deleted at a time.
    const agents = Array.from({ length: 8 }, (_, i) => ({
      psid: String(2002 + i),
      face: profile(`Agent ${i}`),
    }));
    await allAtOnce(agents);
    await allAtOnce([{ psid: '2001' }]);
    bot.emulator.fail({ method: 'DELETE', delayMs: 300 });
    const closing = plugin.close();
    await bot.run(async (context) => {
      await context.withEphemeralPersona(ADAM, async () => {
        // The turn of the persona comes after those of the agents.
        await bot.emulator.waitFor(() => count(DELETION) === agents.length);
        await bot.emulator.waitFor(() => alive(bot.emulator).length === 1);
        await context.sendText('still here');
      });
    });
    await closing;
    expect(shown(bot.emulator).at(-1)).toBe('Adam: still here');
    expect(count(CREATION)).toBe(agents.length + 1);
    // The place of its first end was given back: it is deleted once.
    expect(count(DELETION)).toBe(agents.length + 1);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

function timesOf(call: RegExp): number[] {
  return bot.emulator
    .state()
    .requests.filter(({ method, path }) => call.test(`${method} ${path}`))
    .map(({ at }) => at);
}
