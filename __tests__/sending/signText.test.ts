import { setImmediate as nextTurn } from 'node:timers/promises';

import type { LineContext, TelegramContext } from 'bottender';
import {
  personas,
  type PersonaContext,
  type SentMessage,
} from 'bottender-persona';

import { startBot } from '../support/bot';
import { startOn } from '../support/channels';
import { startEmulator } from '../support/emulator';
import { shown } from '../support/emulatorState';
import { createPersona, deletePersona, profile } from '../support/personas';

const directory = { adam: profile('Adam') };
const signText = (text: string, { name }: { name: string }) =>
  `${name}: ${text}`;
const SIGNATURE = signText('', { name: 'Adam' }).length;

let warned: jest.SpyInstance;
beforeEach(() => {
  warned = jest.spyOn(process, 'emitWarning').mockImplementation();
});
afterEach(() => {
  warned.mockRestore();
});

/** The limits, as the platforms document them. */
describe.each([
  ['telegram', 4096],
  ['whatsapp', 1600],
] as const)('on %s a text', (channel, max) => {
  test.each([
    ['that has room for it is signed', max - SIGNATURE, true],
    ['that has none goes out unsigned', max - SIGNATURE + 1, false],
  ])('%s', async (_what, length, isSigned) => {
    const onSent = jest.fn<void, [SentMessage]>();
    const plugin = personas({ directory, signText, onSent });
    const bot = await startOn(channel, { plugins: [plugin] });
    const text = 'x'.repeat(length);
    const [sent] = await bot.run((context: PersonaContext) =>
      context.as('adam').sendText(text),
    );
    expect(bot.errors).toEqual([]);
    const expected = isSigned ? `Adam: ${text}` : text;
    expect(sent?.body.text ?? sent?.body.Body).toBe(expected);
    expect(warned).toHaveBeenCalledTimes(isSigned ? 0 : 1);
    await nextTurn();
    const names = onSent.mock.calls.map(([{ name }]) => name);
    expect(names).toEqual([isSigned ? 'Adam' : null]);
  });
});

const refuseSenders = ({ body }: { body: object }) =>
  JSON.stringify(body).includes('"sender"')
    ? { status: 400, body: { message: 'sender.name length is invalid' } }
    : undefined;

test('on LINE the emojis of a refused text keep their places in it', async () => {
  const plugin = personas({ directory, signText, onRefused() {} });
  const bot = await startOn('line', {
    plugins: [plugin],
    answer: refuseSenders,
  });
  const emoji = { productId: '5ac21a18', emojiId: '001' };
  const given = [{ index: 3, ...emoji }];
  const [, sent] = await bot.run(async (context: PersonaContext<LineContext>) =>
    context.as('adam').replyText('hi $', { emojis: given }),
  );
  expect(bot.errors).toEqual([]);
  const emojis = [{ index: 9, ...emoji }];
  expect(sent?.body.messages).toEqual([
    { type: 'text', text: 'Adam: hi $', emojis },
  ]);
  expect(given).toEqual([{ index: 3, ...emoji }]);
});

test('on LINE a refused text whose emojis have no place in the signed one goes out unsigned', async () => {
  const shout = (text: string) => text.toUpperCase();
  const plugin = personas({ directory, signText: shout, onRefused() {} });
  const bot = await startOn('line', {
    plugins: [plugin],
    answer: refuseSenders,
  });
  const emojis = [{ index: 3, productId: '5ac21a18', emojiId: '001' }];
  const [, sent] = await bot.run(async (context: PersonaContext<LineContext>) =>
    context.as('adam').replyText('hi $', { emojis }),
  );
  expect(bot.errors).toEqual([]);
  expect(sent?.body.messages).toEqual([{ type: 'text', text: 'hi $', emojis }]);
});

test('on Telegram what a text marks as bold or as a link stays so', async () => {
  const plugin = personas({ directory, signText });
  const bot = await startOn('telegram', { plugins: [plugin] });
  const entities = [
    { type: 'bold', offset: 0, length: 2 },
    { type: 'url', offset: 3, length: 11 },
  ];
  const [sent] = await bot.run(
    async (context: PersonaContext<TelegramContext>) =>
      context.as('adam').sendText('hi example.com', { entities } as never),
  );
  expect(bot.errors).toEqual([]);
  expect(sent?.body).toMatchObject({
    text: 'Adam: hi example.com',
    entities: [
      { type: 'bold', offset: 6, length: 2 },
      { type: 'url', offset: 9, length: 11 },
    ],
  });
});

test.each([
  ['with room for it', 1994, 'Adam: '],
  ['without', 1995, ''],
])('on Messenger a refused text %s', async (_what, length, signature) => {
  const emulator = await startEmulator();
  const id = await createPersona(emulator, 'Adam');
  await deletePersona(emulator, id);
  const adam = { ...profile('Adam'), id };
  const plugin = personas({ directory: { adam }, signText, onRefused() {} });
  const bot = await startBot({ emulator, plugins: [plugin] });
  const text = 'x'.repeat(length);
  await bot.run(async (context) => {
    await context.as('adam').sendText(text);
  });
  expect(bot.errors).toEqual([]);
  expect(shown(emulator)).toEqual([`Page: ${signature}${text}`]);
});

test.each([
  ['nothing', '', 'it returned an empty text'],
  ['only spaces', ' ', 'it returned an empty text'],
  ['no text', 5, 'it returned no text, but a value of type number'],
])('a signature that returns %s is left out', async (_what, given, reason) => {
  const sign = () => given as string;
  const plugin = personas({ directory, signText: sign });
  const bot = await startOn('telegram', { plugins: [plugin] });
  const [sent] = await bot.run((context: PersonaContext) =>
    context.as('adam').sendText('hi'),
  );
  expect(sent?.body.text).toBe('hi');
  expect(warned).toHaveBeenCalledWith(
    `The option "signText" failed: ${reason}. The text went out unsigned.`,
    'PersonaWarning',
  );
});
