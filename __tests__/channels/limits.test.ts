import type { LineContext } from 'bottender';
import {
  InvalidProfileError,
  personas,
  type PersonaContext,
} from 'bottender-persona';

import { shownName } from '../../src/shownName';
import { startOn } from '../support/channels';
import { profile } from '../support/personas';

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a name that is too long for a channel', () => {
  const FAMILY = '👨‍👩‍👧‍👦';
  const FLAG = '🇹🇼';

  test.each<[name: string, most: number, shown: string]>([
    ['Adam', 20, 'Adam'],
    ['x'.repeat(20), 20, 'x'.repeat(20)],
    ['x'.repeat(21), 20, `${'x'.repeat(19)}…`],
    ['Adam of the Great Market Hall', 20, 'Adam of the Great M…'],
    // No blank before the dots.
    ['Adam from Gothenburg again', 11, 'Adam from…'],
    [`Adam and his ${FAMILY} here`, 20, 'Adam and his…'],
    [`${FAMILY}${FAMILY}${FAMILY}`, 28, `${FAMILY}${FAMILY}…`],
    [`${FLAG.repeat(6)}`, 20, `${FLAG.repeat(4)}…`],
    [`${'e\u0301'.repeat(15)}`, 20, `${'e\u0301'.repeat(9)}…`],
  ])('%s, at most %d', (name, most, shown) => {
    expect(shownName(profile(name), most)).toBe(shown);
    expect(shown.length).toBeLessThanOrEqual(most);
  });

  test('is replaced by shortName, which is shortened if it is too long as well', () => {
    const long = { ...profile('x'.repeat(30)), shortName: 'Xaver' };
    expect(shownName(long, 20)).toBe('Xaver');
    expect(shownName(long, 30)).toBe(long.name);
    const family = { ...long, shortName: FAMILY.repeat(2) };
    expect(shownName(family, 20)).toBe(`${FAMILY}…`);
  });

  const long = profile('Adam of the Great Market Hall');
  test.each([
    ['line', 'sender.name', 'Adam of the Great M…'],
    ['viber', 'sender.name', 'Adam of the Great Market Ha…'],
    ['slack', 'username', long.name],
  ] as const)('on %s', async (channel, _where, shown) => {
    const bot = await startOn(channel, { plugins: [personas()] });
    const sent = await bot.run((context: PersonaContext) =>
      context.withEphemeralPersona(long, () => context.sendText('one')),
    );
    expect(bot.errors).toEqual([]);
    expect(JSON.stringify(sent)).toContain(JSON.stringify(shown));
  });
});

test('on LINE, a label that does not fit rejects its own message, and not the others of a batch', async () => {
  const label = ({ name }: { name: string }) => `${name}, a machine in Tokyo`;
  const directory = {
    adam: profile('Adam'),
    max: { ...profile('Max'), kind: 'bot' },
  } as const;
  const plugin = personas({ directory, disclosure: { label } });
  const bot = await startOn('line', { shouldBatch: true, plugins: [plugin] });
  const [sent] = await bot.run(async (context: PersonaContext<LineContext>) => {
    await context.as('adam').replyText('one');
    const asMax = () => void context.as('max').replyText('two');
    expect(asMax).toThrow(InvalidProfileError);
    await context.as('adam').replyText('three');
  });
  expect(bot.errors).toEqual([]);
  expect(sent?.body.messages).toMatchObject([
    { text: 'one', sender: { name: 'Adam' } },
    { text: 'three', sender: { name: 'Adam' } },
  ]);
});

test('on LINE, a picture without https is left out, which is reported once', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const adam = { name: 'Adam', profilePictureUrl: 'http://example.com/a.png' };
  const plugin = personas({ directory: { adam, eve: profile('Eve') } });
  const bot = await startOn('line', { plugins: [plugin], sendMethod: 'push' });
  const sent = await bot.run(async (context: PersonaContext<LineContext>) => {
    context.usePersona('adam');
    await context.pushText('one');
    await context.pushText('two');
    await context.withPersona('eve', () => context.pushText('three'));
  });
  expect(
    sent.map(({ body }) => (body.messages as { sender: object }[])[0]?.sender),
  ).toEqual([
    { name: 'Adam' },
    { name: 'Adam' },
    { name: 'Eve', iconUrl: profile('Eve').profilePictureUrl },
  ]);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(
    expect.stringMatching(/LINE takes pictures by https.*"Adam"/),
    'PersonaWarning',
  );
});

test('changing the sender of one message does not change the next message', async () => {
  const plugin = personas({ directory: { adam: profile('Adam') } });
  const bot = await startOn('line', { plugins: [plugin], sendMethod: 'push' });
  const sent = await bot.run(async (context: PersonaContext<LineContext>) => {
    context.usePersona('adam');
    const { client } = context;
    const push = client.push.bind(client);
    const spy = jest.spyOn(client, 'push');
    spy.mockImplementationOnce((to, messages) => {
      const [{ sender }] = messages as unknown as [{ sender: object }];
      Reflect.set(sender, 'name', 'Eve');
      return push(to, messages);
    });
    await context.pushText('one');
    await context.pushText('two');
    spy.mockRestore();
  });
  const names = sent.map(
    ({ body }) =>
      (body.messages as { sender: { name: string } }[])[0]?.sender.name,
  );
  expect(names).toEqual(['Adam', 'Adam']);
});
