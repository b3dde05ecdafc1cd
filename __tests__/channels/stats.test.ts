import { personas, type PersonaContext } from 'bottender-persona';

import { CHANNEL_STAGES, maxMessagesOn } from '../context/channelStages';
import { startBot } from '../support/bot';
import { CHANNEL_NAMES, startOn } from '../support/channels';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const directory = { adam: profile('Adam') };

/** Viber's messages are refused by no answer that is known. */
const REFUSING = Object.keys(CHANNEL_STAGES).filter((name) => name !== 'Viber');

describe.each(REFUSING)('%s: stats() counts', (name) => {
  const reason = name.startsWith('Messenger') ? 'region' : 'channel';

  test.each(['sendText', 'a speaker', 'a remembered refusal'])(
    'a refused send once: %s',
    async (way) => {
      const plugin = personas({ directory, onRefused: () => undefined });
      const stage = await CHANNEL_STAGES[name]?.();
      const say = () =>
        stage?.play({
          plugins: [plugin],
          refuses: true,
          action: async (context) => {
            context.usePersona('adam');
            if (way === 'a speaker') await context.as('adam').sendText('hi');
            else await context.sendText('hi');
          },
        });
      expect(await say()).toEqual(['Page: hi']);
      const counted = () => {
        const { refused } = plugin.stats();
        return Object.entries(refused).filter(([, count]) => count > 0);
      };
      expect(counted()).toEqual([[reason, 1]]);
      if (way !== 'a remembered refusal') return;
      expect(await say()).toEqual(['Page: hi']);
      expect(counted()).toEqual([[reason, 2]]);
    },
  );

  if (maxMessagesOn(name) === 1) return;
  test('each of several refused sends', async () => {
    const plugin = personas({ directory, onRefused: () => undefined });
    const stage = await CHANNEL_STAGES[name]?.();
    await stage?.play({
      plugins: [plugin],
      refuses: true,
      action: async (context) => {
        context.usePersona('adam');
        await context.sendText('one');
        await context.sendText('two');
      },
    });
    expect(plugin.stats().refused[reason]).toBe(2);
  });
});

test.each(CHANNEL_NAMES)(
  'stats() counts a send with an unknown name once: %s',
  async (channel) => {
    const plugin = personas({ directory, onRefused: () => undefined });
    const bot = await startOn(channel, { plugins: [plugin] });
    await bot.run((context: PersonaContext) =>
      context.as('adan').sendText('hi'),
    );
    expect(bot.errors).toEqual([]);
    expect(plugin.stats().refused).toMatchObject({ unknown: 1, channel: 0 });
  },
);

test.each([false, true])(
  "with 'throw', stats() counts a send that rejects once: LINE, batched %p",
  async (shouldBatch) => {
    const plugin = personas({ directory, refusedPersona: 'throw' });
    const bot = await startOn('line', { plugins: [plugin], shouldBatch });
    await bot.run(async (context: PersonaContext) => {
      const adan = context.as('adan');
      await expect((async () => adan.sendText('hi'))()).rejects.toMatchObject({
        reason: 'unknown',
      });
    });
    expect(bot.errors).toEqual([]);
    expect(plugin.stats().refused).toMatchObject({ unknown: 1 });
  },
);

test('stats() counts each message that Slack shows under another name', async () => {
  const onRefused = jest.fn();
  const plugin = personas({ directory, onRefused });
  const bot = await startOn('slack', {
    plugins: [plugin],
    // Without the scope: https://github.com/papercups-io/papercups/pull/522
    answer: ({ body: { text } }) => ({
      body: {
        ok: true,
        ts: '1',
        message: { text, bot_profile: { name: 'App' } },
      },
    }),
  });
  await bot.run(async (context: PersonaContext) => {
    context.usePersona('adam');
    await context.sendText('one');
    await context.sendText('two');
    await context.withPersona(null, () => context.sendText('three'));
  });
  expect(bot.errors).toEqual([]);
  expect(plugin.stats().refused.ignored).toBe(2);
  expect(onRefused).toHaveBeenCalledTimes(1);
  expect(onRefused.mock.calls[0]).toMatchObject([
    { reason: 'ignored', persona: 'adam' },
    { persona: 'adam' },
  ]);
});

test.each(['send-as-page', 'throw'] as const)(
  'stats() counts the sends of a block whose persona is refused, and not the block: %s',
  async (refusedPersona) => {
    const onRefused = jest.fn();
    const plugin = personas({ refusedPersona, onRefused });
    const bot = await startBot({ plugins: [plugin] });
    bot.emulator.fail({
      method: 'POST',
      path: '/me/personas',
      status: 400,
      error: { code: 200, message: 'Permissions error' },
    });
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendText('one');
        await context.sendText('two');
      }),
    );
    const isThrown = refusedPersona === 'throw';
    expect(bot.errors).toHaveLength(isThrown ? 1 : 0);
    // A block that rejects sends nothing.
    expect(plugin.stats().refused['not-created']).toBe(isThrown ? 1 : 2);
    expect(onRefused).toHaveBeenCalledTimes(isThrown ? 0 : 1);
  },
);

test.each(['send-as-page', 'throw'] as const)(
  'stats() counts the sends for which initialPersona failed, and not the event: %s',
  async (refusedPersona) => {
    const onRefused = jest.fn();
    const initialPersona = () => Promise.reject(new Error('no such row'));
    const plugin = personas({ initialPersona, refusedPersona, onRefused });
    const bot = await startBot({ plugins: [plugin] });
    await bot.run((context) => context.withPersona(null, () => undefined));
    expect(plugin.stats().refused['initial-persona']).toBe(0);
    await bot.run(async (context) => {
      await context.sendText('hi');
    });
    expect(plugin.stats().refused['initial-persona']).toBe(1);
    expect(bot.errors).toHaveLength(refusedPersona === 'throw' ? 1 : 0);
  },
);
