import { createReadStream } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { MessengerTypes } from 'bottender';
import {
  personas,
  UnsupportedSenderActionError,
  type PersonaContext,
} from 'bottender-persona';

import {
  type BotSetup,
  CUSTOMER,
  OTHER_PAGE,
  PAGE,
  SEND_MODES,
  startBot,
} from '../support/bot';
import { clientFor, methodAt } from '../support/clients';
import { deepFrozen } from '../support/deepFrozen';
import { alive, bodies, shown, watchCalls } from '../support/emulatorState';
import { gate } from '../support/gate';
import { createPersonas, profile } from '../support/personas';
import { SEND_METHODS, SENDS } from '../support/sends';

const DIRECTORY = { adam: profile('Adam'), eve: profile('Eve') };
const SEND = 'POST /me/messages';
const MISSING = path.join(__dirname, 'no-such-picture.png');

const start = (setup: BotSetup = {}) =>
  startBot({ ...setup, plugins: [personas({ directory: DIRECTORY })] });

describe.each(SEND_MODES)(
  'while a send waits for its persona, %s,',
  (_mode, setup) => {
    test('changes to its options, its content and the speaker do not change what is sent', async () => {
      const bot = await start(setup);
      await bot.run(async (context) => {
        context.usePersona('adam');
        const reply = {
          contentType: 'text' as const,
          title: 'Yes',
          payload: 'Y',
        };
        const options: MessengerTypes.SendOption = {
          tag: 'HUMAN_AGENT',
          quickReplies: [reply],
        };
        const message = { text: 'two' };
        const sending = [
          context.sendText('one', options),
          context.sendMessage(message),
        ];
        reply.title = 'No';
        options.tag = 'CONFIRMED_EVENT_UPDATE';
        options.personaId = '7';
        message.text = 'changed';
        context.usePersona('eve');
        await Promise.all(sending);
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator).sort()).toEqual(['Adam: one', 'Adam: two']);
      const sent = await bodies(bot.emulator, SEND);
      const one = sent.find((body) => JSON.stringify(body).includes('one'));
      expect(one).toMatchObject({ tag: 'HUMAN_AGENT' });
      expect(JSON.stringify(one)).toContain('Yes');
    });

    test.each(SEND_METHODS)(
      '%s does not change frozen options',
      async (method) => {
        const bot = await start(setup);
        const { Cyd } = await createPersonas(bot.emulator, ['Cyd']);
        const options = deepFrozen({ tag: 'HUMAN_AGENT' as const });
        const own = deepFrozen({ ...options, personaId: 'eve' });
        await bot.run(async (context) => {
          await context.withPersona('adam', () =>
            SENDS[method](context, options),
          );
          await SENDS[method](context, own);
          await context.withPersona(Cyd, () => SENDS[method](context, options));
        });
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator).map((text) => text.split(':')[0])).toEqual([
          'Adam',
          'Eve',
          'Cyd',
        ]);
      },
    );
  },
);

test('with plugin.client, changes while a send waits change nothing, and arguments are not changed', async () => {
  const bot = await startBot();
  await bot.say('hello');
  const client = personas({ directory: DIRECTORY }).client(
    clientFor(bot.emulator),
  );
  const message = { text: 'one' };
  const recipient = { id: CUSTOMER };
  const body = { recipient, message: { text: 'two' } };
  await client.withPersona('adam', async () => {
    const sending = [
      client.sendMessage(recipient, message),
      client.sendRawBody(body),
      client.sendText(CUSTOMER, 'three', deepFrozen({ tag: 'HUMAN_AGENT' })),
    ];
    message.text = 'changed';
    body.message.text = 'changed';
    recipient.id = '4040';
    await Promise.all(sending);
  });
  expect(message).toEqual({ text: 'changed' });
  expect(body).toEqual({ recipient, message: { text: 'changed' } });
  expect(shown(bot.emulator).sort()).toEqual([
    'Adam: one',
    'Adam: three',
    'Adam: two',
  ]);
});

test.each([
  ['messenger', 'sendMessage', (message: object) => [message]],
  ['line', 'push', (message: object) => [[message]]],
] as const)(
  'what the bot changes while %s answers does not change what onSent gets',
  async (channel, method, argsWith) => {
    const changed = gate();
    const onSent = jest.fn();
    const plugin = personas({ directory: DIRECTORY, onSent });
    const custom = { [method]: () => changed.opened };
    const client = plugin.client(custom, { channel });
    const body = { title: 'Pear' };
    const message = { type: 'flex', contents: { body } };
    const sending = client.withPersona('adam', () =>
      methodAt(client, method)(CUSTOMER, ...argsWith(message)),
    );
    await nextTurn();
    body.title = 'Apple';
    changed.open();
    await sending;
    await nextTurn();
    expect(JSON.stringify(onSent.mock.calls[0])).toContain('Pear');
  },
);

test('a send uses the token that the context had at the call', async () => {
  const bot = await startBot({
    plugins: [personas({ directory: DIRECTORY })],
    severalPages: true,
    skipAppSecretProof: true,
  });
  await bot.say('hello', { pageId: OTHER_PAGE.id });
  await bot.run(async (context) => {
    context.usePersona('adam');
    const before = context.sendText('before');
    context.useAccessToken(OTHER_PAGE.accessToken);
    const after = context.sendText('after');
    context.useAccessToken('NO_TOKEN');
    await Promise.all([before, after]);
  });
  expect(bot.errors).toEqual([]);
  const { conversations } = bot.emulator.state();
  const said = conversations.map(({ pageId, entries }) => [
    pageId,
    ...entries
      .filter(({ from }) => from !== 'user')
      .map(({ persona, message }) => `${persona?.name}: ${message?.text}`),
  ]);
  expect(said.sort()).toEqual([
    [PAGE.id, 'Adam: before'],
    [OTHER_PAGE.id, 'Adam: after'],
  ]);
});

describe('a stream that fails', () => {
  const send = (context: PersonaContext) =>
    context.sendImage(createReadStream(MISSING));

  test.each<[string, (context: PersonaContext) => Promise<unknown>]>([
    [
      'while its persona is looked up',
      (c) => c.withPersona('adam', () => send(c)),
    ],
    [
      'when its persona is known',
      async (context) => {
        await context.withPersona('adam', async () => {
          await context.sendText('hi');
          await send(context);
        });
      },
    ],
    [
      'under a persona that was created for a block',
      (c) => c.withEphemeralPersona(profile('Guest'), () => send(c)),
    ],
  ])('%s rejects that send, and nothing else', async (_when, sendBroken) => {
    const bot = await start();
    await bot.run(async (context) => {
      await expect(sendBroken(context)).rejects.toThrow('ENOENT');
      await context.sendText('on we go');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator).at(-1)).toBe('Page: on we go');
  });
});

describe.each(SEND_MODES)('mark_seen, sent %s,', (_mode, setup) => {
  test('is sent as the Page by markSeen(), and rejected by sendSenderAction() if a persona is active', async () => {
    const bot = await start(setup);
    await bot.run(async (context) => {
      await context.withPersona('adam', async () => {
        await context.markSeen();
        await expect(context.sendSenderAction('mark_seen')).rejects.toThrow(
          UnsupportedSenderActionError,
        );
      });
      await context.sendSenderAction('mark_seen');
    });
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual([
      'Page: [mark_seen]',
      'Page: [mark_seen]',
    ]);
    expect(alive(bot.emulator)).toEqual([]);
  });
});

describe.each(SEND_MODES)(
  'after the block of a persona has ended, %s,',
  (_mode, setup) => {
    test('typing is sent as the Page and creates nothing; a message creates the persona again', async () => {
      const bot = await start(setup);
      const ended = gate();
      let late: Promise<void> | undefined;
      const made = () =>
        bot.emulator
          .state()
          .requests.filter(
            ({ method, path: to }) => `${method} ${to}` === 'POST /me/personas',
          ).length;
      await bot.run(async (context) => {
        await context.withEphemeralPersona(profile('Guest'), async () => {
          await context.typingOn();
          late = ended.opened.then(async () => {
            const calls = watchCalls(bot.emulator);
            await context.typingOn();
            await context.sendSenderAction('typing_off');
            await context.typing(1);
            expect(calls()).not.toContain('POST /me/personas');
            await context.sendText('by the way');
          });
        });
        expect(made()).toBe(1);
      });
      ended.open();
      await late;
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual([
        'Guest: [typing_on]',
        'Page: [typing_on]',
        'Page: [typing_off]',
        'Page: [typing_on]',
        'Page: [typing_off]',
        'Guest: by the way',
      ]);
      expect(made()).toBe(2);
      await bot.emulator.waitFor(() => alive(bot.emulator).length === 0);
    });
  },
);
