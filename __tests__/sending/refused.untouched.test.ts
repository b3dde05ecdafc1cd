import { MessengerContext } from 'bottender';
import { personas } from 'bottender-persona';
import type { Fault } from 'messenger-emulator';

import { type BotSetup, SEND_MODES, startBot } from '../support/bot';
import { watchCalls, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
import { filenameOption } from '../support/sends';

const SEND = 'POST /me/messages';

const EUROPE = { code: 10, error_subcode: 2018336 };
const UNKNOWN = { code: 100, message: '(#100) persona_id is of no persona' };

/** Failures that are not definite, or not about the persona. */
const OTHERS: [string, Fault][] = [
  ['an HTTP 500', { status: 500 }],
  ['an HTTP 503', { status: 503 }],
  ['an HTTP 500 with the numbers of Europe', { status: 500, error: EUROPE }],
  ['an HTTP 500 that names the persona', { status: 500, error: UNKNOWN }],
  [
    'a refusal that says that it may pass',
    { error: { ...UNKNOWN, is_transient: true } },
  ],
  ['code 1, unknown', { error: { code: 1 } }],
  ['code 2, service', { error: { code: 2 } }],
  ['code 4, too many calls', { error: { code: 4 } }],
  [
    'code 10 without a subcode',
    { error: { code: 10, message: '(#10) No permission for this persona' } },
  ],
  [
    'code 10 outside the window of 24 hours',
    { error: { code: 10, error_subcode: 2018278 } },
  ],
  [
    'code 100 about something else',
    { error: { code: 100, message: '(#100) No matching user found' } },
  ],
  [
    'code 100 with the subcode of Europe',
    { error: { ...EUROPE, code: 100, message: '(#100) Invalid parameter' } },
  ],
  [
    'code 551, the person is not available',
    { error: { code: 551, error_subcode: 1545041 } },
  ],
  ['code 613, too many calls a second', { error: { code: 613 } }],
  ['code 190, a bad token', { status: 401, error: { code: 190 } }],
  ['code 200, a missing permission', { status: 403, error: { code: 200 } }],
];

const BROKEN: [string, Fault][] = [
  ['before it is carried out', { connection: 'break-before' }],
  ['after it is carried out', { connection: 'break-after' }],
];

/**
 * Sends as a persona while this fault lasts; gives what the send rejected with,
 * and what Bottender's own method did.
 */
async function sendDespite(
  fault: Fault,
  setup: BotSetup,
  persona: 'by ID' | 'by name',
) {
  const told = jest.fn();
  const directory = { adam: profile('Adam') };
  const plugin = personas({ directory, onRefused: told });
  const bot = await startBot({ ...setup, plugins: [plugin] });
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    await context.withPersona('adam', () => context.typingOff());
  });

  const seen = watchCalls(bot.emulator);
  bot.emulator.fail(fault);
  const sendText = jest.spyOn(MessengerContext.prototype, 'sendText');
  let rejection: unknown;
  await bot.run(async (context) => {
    context.usePersona(persona === 'by ID' ? Adam : 'adam');
    rejection = await context.sendText('hi').catch((error: unknown) => error);
  });
  const bottenders = await Promise.allSettled(
    sendText.mock.results.map(({ value }) => value as Promise<unknown>),
  );
  sendText.mockRestore();
  expect(told).not.toHaveBeenCalled();
  return { bot, rejection, bottenders, sends: seen() };
}

describe.each(SEND_MODES)('sent %s', (_mode, setup) => {
  test.each(OTHERS)(
    '%s is passed on unchanged, and the message is sent once',
    async (_what, error) => {
      for (const persona of ['by ID', 'by name'] as const) {
        const { bot, rejection, bottenders, sends } = await sendDespite(
          { path: '/me/messages', ...error },
          setup,
          persona,
        );
        expect(rejection).toBeInstanceOf(Error);
        expect(bottenders).toHaveLength(1);
        expect(bottenders[0]).toHaveProperty('reason');
        expect((bottenders[0] as PromiseRejectedResult).reason).toBe(rejection);
        expect(sends.filter((call) => call === SEND)).toHaveLength(1);
        expect(shown(bot.emulator)).toEqual(['Adam: [typing_off]']);
      }
    },
  );

  test.each(BROKEN)(
    'the error of a connection that breaks %s is passed on unchanged, and the message is sent once',
    async (_when, broken) => {
      const path = setup.batchDelayMs ? '/' : '/me/messages';
      const { bot, rejection, bottenders, sends } = await sendDespite(
        { path, ...broken },
        setup,
        'by name',
      );
      expect(rejection).toBeInstanceOf(Error);
      expect(bottenders).toHaveLength(1);
      expect((bottenders[0] as PromiseRejectedResult).reason).toBe(rejection);
      expect(sends.filter((call) => call === `POST ${path}`)).toHaveLength(1);
      expect(shown(bot.emulator).slice(1)).toEqual(
        broken.connection === 'break-after' ? ['Adam: hi'] : [],
      );
    },
  );

  test('an upload that fails is not sent, and not tried again', async () => {
    const told = jest.fn();
    const plugin = personas({ onRefused: told });
    const bot = await startBot({ ...setup, plugins: [plugin] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    const seen = watchCalls(bot.emulator);
    bot.emulator.fail({ path: '/me/message_attachments', status: 500 });
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.sendImage(
        Buffer.from('a pear'),
        filenameOption('pear.png'),
      );
    });
    expect(bot.errors).toHaveLength(1);
    expect(bot.errors[0]).toHaveProperty('response.status', 500);
    expect(seen()).toEqual(['POST /me/message_attachments']);
    expect(told).not.toHaveBeenCalled();
  });
});

test('a message without a persona is never sent again, whatever the answer names', async () => {
  const told = jest.fn();
  const bot = await startBot({ plugins: [personas({ onRefused: told })] });
  const seen = watchCalls(bot.emulator);
  bot.emulator.fail({ path: '/me/messages', error: UNKNOWN });
  await bot.run(async (context) => {
    await context.sendText('hi');
  });
  expect(bot.errors).toHaveLength(1);
  expect(seen()).toEqual([SEND]);
  expect(told).not.toHaveBeenCalled();
});

test('an error of this package that a wrapper throws is passed on, too', async () => {
  const told = jest.fn();
  const bot = await startBot({
    plugins: [
      (context) => {
        const sendText = context.sendText.bind(context);
        Reflect.set(context, 'sendText', async (text: string) => {
          await context.sendSenderAction('mark_seen');
          return sendText(text);
        });
      },
      personas({ onRefused: told }),
    ],
  });
  const { Adam } = await createPersonas(bot.emulator, ['Adam']);
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendText('hi');
  });
  expect(bot.errors).toEqual([
    expect.objectContaining({ name: 'UnsupportedSenderActionError' }),
  ]);
  expect(told).not.toHaveBeenCalled();
  expect(shown(bot.emulator)).toEqual([]);
});
