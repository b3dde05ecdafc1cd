import {
  PersonaError,
  personas,
  UnsupportedSenderActionError,
  type PersonaContext,
} from 'bottender-persona';

import { startBot, type RunningBot } from '../support/bot';
import { bodies, calls, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';

type SenderAction = Parameters<PersonaContext['sendSenderAction']>[0];

const UNSUPPORTED = ['mark_seen', 'react', 'unreact'] as SenderAction[];
/** Graph's reference lists them in capitals, its guides do not. */
const SUPPORTED = ['typing_on', 'typing_off', 'TYPING_ON'] as SenderAction[];

/** The ways to name a persona. */
const WAYS: [
  string,
  (
    context: PersonaContext,
    action: SenderAction,
    id: string,
  ) => Promise<unknown>,
][] = [
  [
    'in a block',
    (context, action, id) =>
      context.withPersona(id, () => context.sendSenderAction(action)),
  ],
  [
    'after usePersona',
    (context, action, id) => {
      context.usePersona(id);
      return context.sendSenderAction(action);
    },
  ],
  [
    'with its own personaId',
    (context, action, personaId) =>
      context.sendSenderAction(action, { personaId }),
  ],
];

async function start(
  options?: Parameters<typeof personas>[0],
): Promise<{ bot: RunningBot; Adam: string }> {
  const bot = await startBot({ plugins: [personas(options)] });
  return { bot, ...(await createPersonas(bot.emulator, ['Adam'])) };
}

describe.each(UNSUPPORTED)(
  '%s, which Messenger does not support for personas,',
  (action) => {
    test.each(WAYS)('is rejected before it is sent: %s', async (_way, act) => {
      const { bot, Adam } = await start();
      await bot.run(async (context) => {
        await act(context, action, Adam);
      });
      expect(calls(bot.emulator)).toEqual(['POST /me/personas']);
      const [error] = bot.errors as UnsupportedSenderActionError[];
      expect(error).toBeInstanceOf(UnsupportedSenderActionError);
      expect(error).toBeInstanceOf(PersonaError);
      expect(error?.senderAction).toBe(action);
      expect(error?.persona).toBe(Adam);
    });

    test('is rejected by a promise, not thrown', async () => {
      const { bot, Adam } = await start();
      await bot.run(async (context) => {
        context.usePersona(Adam);
        const sending = context.sendSenderAction(action);
        expect(sending).toBeInstanceOf(Promise);
        await expect(sending).rejects.toThrow(UnsupportedSenderActionError);
      });
      expect(bot.errors).toEqual([]);
    });

    test('is rejected with a message that names it, the supported ones and the remedies', async () => {
      const { bot, Adam } = await start();
      await bot.run(async (context) => {
        context.usePersona(Adam);
        await context.sendSenderAction(action);
      });
      const { message } = bot.errors[0] as Error;
      expect(message).toContain(action);
      expect(message).toContain('typing_on');
      expect(message).toContain('typing_off');
      expect(message).toContain('withPersona(null');
      expect(message).toContain('unsupportedSenderActions');
    });

    test('is sent as the Page with the remedy that the message names', async () => {
      const { bot, Adam } = await start();
      await bot.run(async (context) => {
        context.usePersona(Adam);
        await context.withPersona(null, () => context.sendSenderAction(action));
        await context.sendSenderAction(action, { personaId: null });
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        `Page: [${action}]`,
        `Page: [${action}]`,
      ]);
    });

    test('is sent without a persona', async () => {
      const { bot } = await start();
      await bot.run(async (context) => {
        await context.sendSenderAction(action);
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([`Page: [${action}]`]);
    });

    test.each(WAYS)(
      "with 'as-page', is sent without the persona: %s",
      async (_way, act) => {
        const { bot, Adam } = await start({
          unsupportedSenderActions: 'as-page',
        });
        await bot.run(async (context) => {
          await act(context, action, Adam);
        });
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator)).toEqual([`Page: [${action}]`]);
        const [body] = await bodies(bot.emulator, 'POST /me/messages');
        expect(body).not.toHaveProperty('persona_id');
      },
    );
  },
);

describe.each(SUPPORTED)('%s', (action) => {
  test.each(WAYS)('carries the persona: %s', async (_way, act) => {
    for (const unsupportedSenderActions of ['reject', 'as-page'] as const) {
      const { bot, Adam } = await start({ unsupportedSenderActions });
      await bot.run(async (context) => {
        await act(context, action, Adam);
      });
      expect(bot.errors).toEqual([]);
      const shownAction = action.toLowerCase();
      expect(shown(bot.emulator)).toEqual([`Adam: [${shownAction}]`]);
    }
  });
});

test('the same applies in a block of withEphemeralPersona', async () => {
  const bot = await startBot({ plugins: [personas()] });
  await bot.run(async (context) => {
    await context.withEphemeralPersona(profile('Guest'), async ({ id }) => {
      await context.sendSenderAction('typing_on');
      const error: unknown = await context
        .sendSenderAction('mark_seen')
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UnsupportedSenderActionError);
      expect((error as UnsupportedSenderActionError).persona).toBe(id);
    });
  });
  expect(bot.errors).toEqual([]);
  expect(shown(bot.emulator)).toEqual(['Guest: [typing_on]']);
});

test('a handler that catches the rejection continues', async () => {
  const { bot, Adam } = await start();
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendSenderAction('mark_seen').catch(() => undefined);
    await context.sendText('hi');
  });
  expect(shown(bot.emulator)).toEqual(['Adam: hi']);
});
