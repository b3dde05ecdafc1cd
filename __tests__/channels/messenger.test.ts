import type { Fault } from 'messenger-emulator';

import { messenger } from '../../src/channels/messenger';
import {
  CUSTOMER,
  startBot,
  type BotSetup,
  type RunningBot,
} from '../support/bot';

const MODES: [string, BotSetup][] = [
  ['the direct client', {}],
  ['the batch queue', { batchDelayMs: 20 }],
];

/** The errors of the two look different; each is had from a real call. */
async function errorOf(bot: RunningBot, personaId = '12345') {
  let error: unknown;
  await bot.run(async (context) => {
    error = await context
      .sendText('hi', { personaId })
      .catch((thrown: unknown) => thrown);
  });
  expect(error).toBeInstanceOf(Error);
  return error;
}

/** The refusal in the error of a send. */
function refusalIn(error: unknown) {
  return messenger.readRefusal?.(error);
}

type Answer = NonNullable<Fault['error']>;

/** Each row of the table, with answers that it covers. */
const REFUSALS: [string, 'recipient' | 'persona', Answer[]][] = [
  [
    'code 10, subcode 2018336, whatever it says',
    'recipient',
    [
      { code: 10, error_subcode: 2018336, message: '(#10) Privacy rules' },
      { code: 10, error_subcode: 2018336, message: 'something else' },
    ],
  ],
  [
    'code 100, whatever the subcode, with a message that names the persona',
    'persona',
    [
      { code: 100, message: '(#100) Invalid parameter: persona_id 5' },
      { code: 100, message: '(#100) No Persona with this ID' },
      { code: 100, error_subcode: 33, message: '(#100) persona not found' },
    ],
  ],
];

const OTHERS: [string, Omit<Fault, 'path'>][] = [
  ['code 10 alone', { error: { code: 10, message: '(#10) persona' } }],
  [
    'code 10 with another subcode',
    { error: { code: 10, error_subcode: 2018278, message: '(#10) persona' } },
  ],
  [
    'code 100 with a word that only begins with persona',
    {
      error: {
        code: 100,
        message:
          '(#100) Invalid keys "personalization" were found in param "message"',
      },
    },
  ],
  ['code 100 alone', { error: { code: 100, message: '(#100) No user found' } }],
  ['another code', { error: { code: 200, message: '(#200) persona' } }],
  [
    'the subcode alone',
    { error: { code: 1, error_subcode: 2018336, message: 'persona' } },
  ],
  [
    'an HTTP 500',
    { status: 500, error: { code: 100, message: '(#100) persona' } },
  ],
  [
    'what may pass',
    {
      error: {
        code: 10,
        error_subcode: 2018336,
        message: 'Europe',
        is_transient: true,
      },
    },
  ],
];

describe.each(MODES)('an error of %s', (_mode, setup) => {
  // Without the library, so that nothing has read the error before.
  const start = () => startBot(setup);

  test.each(REFUSALS)(
    'with %s, is a refusal about the %s',
    async (_what, about, answers) => {
      const bot = await start();
      for (const answer of answers) {
        bot.emulator.fail({ path: '/me/messages', error: answer, times: 1 });
        const error = await errorOf(bot);
        expect(refusalIn(error)).toMatchObject({ about });
      }
    },
  );

  test.each(OTHERS)('with %s, is not a refusal', async (_what, fault) => {
    const bot = await start();
    bot.emulator.fail({ path: '/me/messages', ...fault });
    const error = await errorOf(bot);
    expect(refusalIn(error)).toBeUndefined();
  });

  test.each(['break-before', 'break-after'] as const)(
    'without a response, after %s, is not a refusal',
    async (connection) => {
      const bot = await start();
      const path = setup.batchDelayMs ? '/' : '/me/messages';
      bot.emulator.fail({ path, connection });
      const error = await errorOf(bot);
      expect(refusalIn(error)).toBeUndefined();
    },
  );

  test('is recognised as the emulator returns it for customers in Europe and for unknown IDs', async () => {
    const bot = await start();
    const unknown = await errorOf(bot);
    expect(refusalIn(unknown)).toMatchObject({ about: 'persona' });
    bot.emulator.setEuropean(CUSTOMER, true);
    const region = await errorOf(bot);
    expect(refusalIn(region)).toMatchObject({ about: 'recipient' });
  });
});

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a string', 'persona'],
  ['an error of a handler', new Error('(#100) persona')],
  ['an answer that is text', { response: { status: 400, data: 'persona' } }],
  ['an answer without an error', { response: { status: 400, data: {} } }],
])('%s is not a refusal', (_what, error) => {
  expect(refusalIn(error)).toBeUndefined();
});
