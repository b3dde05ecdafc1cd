import { MessengerContext, type MessengerTypes } from 'bottender';
import { personas } from 'bottender-persona';
import type { JsonObject } from 'messenger-emulator';

import { type RunningBot, SEND_MODES, startBot } from '../support/bot';
import { bodies, shown } from '../support/emulatorState';
import { createPersonas } from '../support/personas';
import { SEND_METHODS, SENDS } from '../support/sends';

/** Frozen, because what a caller gives stays as it was. */
const OPTIONS: MessengerTypes.SendOption = Object.freeze({
  tag: 'HUMAN_AGENT',
  quickReplies: Object.freeze([
    Object.freeze({ contentType: 'text', title: 'Yes', payload: 'YES' }),
  ]) as MessengerTypes.QuickReply[],
});

/** What the bot has sent, by the persona that it carries. */
async function sent(bot: RunningBot): Promise<Record<string, JsonObject>> {
  expect(bot.errors).toEqual([]);
  const messages = await bodies(bot.emulator, 'POST /me/messages');
  const byPersona = messages.map((body) => [body.persona_id ?? 'Page', body]);
  expect(new Set(byPersona.map(([id]) => id)).size).toBe(messages.length);
  return Object.fromEntries(byPersona) as Record<string, JsonObject>;
}

describe.each(SEND_MODES)('sent %s', (_mode, setup) => {
  test.each(SEND_METHODS)(
    '%s carries the persona, and otherwise sends what Bottender alone sends',
    async (method) => {
      const alone = await startBot(setup);
      await alone.run(async (context) => {
        await SENDS[method](context, OPTIONS);
      });
      const { Page: plain, ...others } = await sent(alone);
      expect(others).toEqual({});

      const bot = await startBot({ ...setup, plugins: [personas()] });
      const ids = await createPersonas(bot.emulator, ['Adam', 'Bea', 'Cyd']);
      await bot.run(async (context) => {
        const sending = [
          context.withPersona(ids.Adam, () => SENDS[method](context, OPTIONS)),
          SENDS[method](
            context,
            Object.freeze({ ...OPTIONS, personaId: ids.Bea }),
          ),
          SENDS[method](context, OPTIONS),
        ];
        context.usePersona(ids.Cyd);
        sending.push(SENDS[method](context, OPTIONS));
        await Promise.all(sending);
      });
      expect(await sent(bot)).toEqual({
        [ids.Adam]: { ...plain, persona_id: ids.Adam },
        [ids.Bea]: { ...plain, persona_id: ids.Bea },
        [ids.Cyd]: { ...plain, persona_id: ids.Cyd },
        Page: plain,
      });
    },
  );

  test('a call that sends no message carries no persona', async () => {
    const bot = await startBot({ ...setup, plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.passThreadControl(1, 'to the inbox').catch(() => undefined);
    });
    const [body] = await bodies(bot.emulator, 'POST /me/pass_thread_control');
    expect(body).toMatchObject({ metadata: 'to the inbox' });
    expect(JSON.stringify(body)).not.toContain(Adam);
  });

  test('the other options are sent, too', async () => {
    const bot = await startBot({ ...setup, plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.sendText('tag', { tag: 'HUMAN_AGENT' });
      await context.sendText('type', { messagingType: 'UPDATE' });
      await context.sendText('replies', OPTIONS);
      await SENDS.sendGenericTemplate(context, {});
    });
    const messages = await bodies(bot.emulator, 'POST /me/messages');
    const [tag, type, replies, generic] = messages.map((body) =>
      JSON.stringify(body).replaceAll('\\"', '"'),
    );
    expect(tag).toContain('"tag":"HUMAN_AGENT"');
    expect(tag).toContain('"messaging_type":"MESSAGE_TAG"');
    expect(type).toContain('"messaging_type":"UPDATE"');
    expect(replies).toContain('"title":"Yes"');
    expect(generic).toContain('"image_aspect_ratio":"square"');
    expect(messages.map(({ persona_id }) => persona_id)).toEqual(
      Array(4).fill(Adam),
    );
  });

  test('typing shows the persona typing, and then no longer', async () => {
    const bot = await startBot({ ...setup, plugins: [personas()] });
    const { Adam, Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
    await bot.run(async (context) => {
      await context.withPersona(Adam, () => context.typing(1));
      context.usePersona(Bea);
      await context.typing(1);
      await context.withPersona(null, () => context.typing(1));
      await context.typing(0);
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: [typing_on]',
      'Adam: [typing_off]',
      'Bea: [typing_on]',
      'Bea: [typing_off]',
      'Page: [typing_on]',
      'Page: [typing_off]',
    ]);
  });

  test('typing stays with one persona, even if another one is used meanwhile', async () => {
    const bot = await startBot({ ...setup, plugins: [personas()] });
    const { Adam, Bea } = await createPersonas(bot.emulator, ['Adam', 'Bea']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      const typing = context.typing(1);
      context.usePersona(Bea);
      await typing;
    });
    expect(shown(bot.emulator)).toEqual([
      'Adam: [typing_on]',
      'Adam: [typing_off]',
    ]);
  });

  test('markSeen never carries a persona', async () => {
    const bot = await startBot({ ...setup, plugins: [personas()] });
    const { Adam } = await createPersonas(bot.emulator, ['Adam']);
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.markSeen();
      await context.withPersona(Adam, () => context.markSeen());
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: [mark_seen]',
      'Page: [mark_seen]',
    ]);
    const [body] = await bodies(bot.emulator, 'POST /me/messages');
    expect(body).not.toHaveProperty('persona_id');
  });
});

test('these tests cover every method of Bottender that sends or types', () => {
  const theirs = Object.getOwnPropertyNames(MessengerContext.prototype);
  expect(theirs.filter((name) => /^(send|typing)/.test(name)).sort()).toEqual(
    [...SEND_METHODS, 'typing'].sort(),
  );
});
