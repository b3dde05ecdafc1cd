import { setImmediate as nextTurn } from 'node:timers/promises';

import type { LineContext } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';

import { startOn, type ChannelSetup, type Recorded } from '../support/channels';
import { deepFrozen } from '../support/deepFrozen';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Line = PersonaContext<LineContext>;

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const MINE = { name: 'Mine' };

const start = (setup: ChannelSetup) =>
  startOn('line', { plugins: [personas({ directory: DIRECTORY })], ...setup });

/** Who is shown with each message of each request. */
const shownIn = (sent: Recorded[]) =>
  sent.map(({ body }) =>
    (body.messages as { sender?: { name: string } }[]).map(
      ({ sender }) => sender?.name,
    ),
  );

describe.each(['reply', 'push', 'send'] as const)('carousels, %s', (way) => {
  const method = `${way}CarouselTemplate` as const;
  const columns = deepFrozen([{ text: 'Pear', actions: [] }]);
  const OPTIONS = [
    undefined,
    { personaId: 'eve' },
    { sender: MINE },
    { personaId: null },
    { imageSize: 'cover', quickReply: { items: [] } },
  ] as const;

  test('carry their own persona, their own sender, or the speaker, sent singly and in a batch', async () => {
    const single = await start({});
    const shown: unknown[] = [];
    const sent: Recorded[] = [];
    const send = (context: Line, options: object | undefined) =>
      context.withPersona('adam', async () => {
        const sending = context[method]('alt', columns, deepFrozen(options));
        context.usePersona(null);
        await sending;
      });
    for (const options of OPTIONS) {
      const one = await single.run((context: Line) => send(context, options));
      sent.push(...one);
      shown.push(...shownIn(one).flat());
    }
    expect(single.errors).toEqual([]);
    expect(shown).toEqual(['Adam', 'Eve', 'Mine', undefined, 'Adam']);
    const last = sent.at(-1)?.body.messages as object[];
    expect(last).toMatchObject([
      { template: { imageSize: 'cover' }, quickReply: { items: [] } },
    ]);

    const batching = await start({ shouldBatch: true });
    const batched = await batching.run(async (context: Line) => {
      for (const options of OPTIONS) await send(context, options);
    });
    expect(batching.errors).toEqual([]);
    expect(shownIn(batched)).toEqual([
      ['Adam', 'Eve', 'Mine', undefined, 'Adam'],
    ]);
  });
});

test.each(['reply', 'push'] as const)(
  'the same object may be queued twice, as two speakers: %s',
  async (sendMethod) => {
    const bot = await start({ sendMethod, shouldBatch: true });
    const message = deepFrozen({ type: 'text', text: 'hi' } as const);
    const sent = await bot.run(async (context: Line) => {
      await context.send([message]);
      context.usePersona('adam');
      await context.send([message, message]);
      await context.withPersona('eve', () => context.send([message]));
      context.usePersona(null);
      await context.send([message]);
    });
    expect(bot.errors).toEqual([]);
    expect(shownIn(sent)).toEqual([
      [undefined, 'Adam', 'Adam', 'Eve', undefined],
    ]);
  },
);

test('a second reply throws at the call, even if another plugin wraps the method', async () => {
  const wrap = (context: LineContext) => {
    const replyText = context.replyText.bind(context);
    context.replyText = (text) => replyText(`${text}!`);
  };
  const bot = await startOn('line', {
    plugins: [wrap, personas({ directory: DIRECTORY })],
  });
  const sent = await bot.run(async (context: Line) => {
    context.usePersona('adam');
    await context.replyText('one');
    expect(() => context.replyText('two')).toThrow('multiple times');
    expect(() => context.as('eve').replyText('two')).toThrow('multiple times');
  });
  expect(bot.errors).toEqual([]);
  expect(shownIn(sent)).toEqual([['Adam']]);
});

test("with 'throw', a reply that LINE refuses leaves the reply token for another one", async () => {
  const bot = await start({
    plugins: [personas({ directory: DIRECTORY, refusedPersona: 'throw' })],
    answer: ({ body }) =>
      JSON.stringify(body).includes('"sender"')
        ? { status: 400, body: { message: 'sender.name length is invalid' } }
        : undefined,
  });
  const sent = await bot.run(async (context: Line) => {
    const refused = context.as('adam').replyText('one');
    await expect(refused).rejects.toMatchObject({ reason: 'channel' });
    await context.replyText('two');
  });
  expect(bot.errors).toEqual([]);
  expect(shownIn(sent)).toEqual([['Adam'], [undefined]]);
});

test('a reply that fails for another reason leaves the reply token used', async () => {
  const bot = await start({
    plugins: [personas({ directory: DIRECTORY })],
    answer: () => ({ status: 500, body: { message: 'Internal error' } }),
  });
  const sent = await bot.run(async (context: Line) => {
    await expect(context.as('adam').replyText('one')).rejects.toThrow();
    expect(() => context.replyText('two')).toThrow('multiple times');
  });
  expect(bot.errors).toEqual([]);
  expect(shownIn(sent)).toEqual([['Adam']]);
});

test("a push that is refused leaves a reply's token used", async () => {
  const plugin = personas({ directory: DIRECTORY, refusedPersona: 'throw' });
  const bot = await start({ plugins: [plugin] });
  const sent = await bot.run(async (context: Line) => {
    await context.replyText('one');
    await expect(context.as('adan').pushText('hi')).rejects.toThrow('"adan"');
    expect(() => context.replyText('two')).toThrow('multiple times');
  });
  expect(bot.errors).toEqual([]);
  expect(sent.map(({ path }) => path)).toEqual(['/v2/bot/message/reply']);
});

test('a token that a context is given is used by its client', async () => {
  const bot = await start({ sendMethod: 'push' });
  const tokens: unknown[] = [];
  await bot.run(async (context: Line) => {
    const { client } = context;
    context.useAccessToken('OTHER');
    tokens.push(context.accessToken, client.accessToken);
    await nextTurn();
  });
  expect(bot.errors).toEqual([]);
  expect(tokens).toEqual(['OTHER', 'OTHER']);
});
