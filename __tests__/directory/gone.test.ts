import { personas, type PersonaContext } from 'bottender-persona';
import Keyv from 'keyv';

import { type BotSetup, SEND_MODES, startBot } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { personaIds, watchCalls, shown } from '../support/emulatorState';
import { startFakeGraph } from '../support/fakeGraph';
import { profile, deletePersona } from '../support/personas';
import { filenameOption } from '../support/sends';

const LIST = 'GET /me/personas';
const MAKE = 'POST /me/personas';
const SEND = 'POST /me/messages';
const UPLOAD = 'POST /me/message_attachments';

const sayHi = async (context: PersonaContext): Promise<void> => {
  context.usePersona('adam');
  await context.sendText('hi');
};

/** A bot that has spoken as Adam, who is deleted then by somebody else. */
async function startWithout(setup: BotSetup = {}, store = new Keyv()) {
  const refused = jest.fn();
  const options = {
    store,
    directory: { adam: profile('Adam'), bea: profile('Bea') },
    onRefused: refused,
  };
  const bot = await startBot({ ...setup, plugins: [personas(options)] });
  await bot.run(sayHi);
  const [gone = ''] = personaIds(bot.emulator, 'Adam');
  await deletePersona(bot.emulator, gone);
  const seen = watchCalls(bot.emulator);
  const calls = () => seen().filter((call) => call !== 'POST /');
  return { bot, refused, gone, calls, options };
}

describe.each(SEND_MODES)('an ID that is gone, sent %s', (_mode, setup) => {
  test('is resolved again, and the message is sent once, as the new persona', async () => {
    const { bot, refused, calls, gone } = await startWithout(setup);
    await bot.run(sayHi);
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: hi']);
    expect(calls()).toEqual([SEND, `GET /${gone}`, LIST, LIST, MAKE, SEND]);
    expect(personaIds(bot.emulator, 'Adam')).not.toContain(gone);
    expect(refused).not.toHaveBeenCalled();

    await bot.run(sayHi);
    expect(calls().slice(6)).toEqual([SEND]);
  });

  test('is resolved again once for 20 simultaneous messages', async () => {
    const { bot, refused, calls, gone } = await startWithout(setup);
    bot.emulator.fail({ path: '/me/personas', delayMs: 30 });
    await bot.run(async (context) => {
      context.usePersona('adam');
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => context.sendText(`${i}`)),
      );
    });
    expect(bot.errors).toEqual([]);
    expect(refused).not.toHaveBeenCalled();
    expect(calls().filter((call) => call !== SEND)).toEqual([
      `GET /${gone}`,
      LIST,
      LIST,
      MAKE,
    ]);
    expect(calls()).toHaveLength(44);
    expect(shown(bot.emulator).slice(1).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `Adam: ${i}`).sort(),
    );
    expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
  });

  test('does not upload the file a second time', async () => {
    const { bot, calls, gone } = await startWithout(setup);
    await bot.run(async (context) => {
      context.usePersona('adam');
      await context.sendImage(
        Buffer.from('a pear'),
        filenameOption('pear.png'),
      );
    });
    expect(bot.errors).toEqual([]);
    expect(calls()).toEqual([
      UPLOAD,
      SEND,
      `GET /${gone}`,
      LIST,
      LIST,
      MAKE,
      SEND,
    ]);
    expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Adam: [image]']);
  });
});

test('a persona that someone else created again is found, not created', async () => {
  const { bot, calls, gone } = await startWithout();
  const elsewhere = await startBot({
    emulator: bot.emulator,
    plugins: [personas({ directory: { adam: profile('Adam') } })],
  });
  await elsewhere.runHere(sayHi, '1001');
  bot.emulator.setWebhookUrl(bot.webhookUrl);
  const before = calls().length;
  await bot.run(sayHi);
  expect(calls().slice(before)).toEqual([
    SEND,
    `GET /${gone}`,
    LIST,
    LIST,
    SEND,
  ]);
  expect(personaIds(bot.emulator, 'Adam')).toHaveLength(1);
});

test('the IDs of other names stay the same', async () => {
  const { bot, calls } = await startWithout();
  const sayAsBea = async (context: PersonaContext): Promise<void> => {
    await context.withPersona('bea', () => context.sendText('hi'));
  };
  await bot.run(sayAsBea);
  await bot.run(sayHi);
  const before = calls().length;
  await bot.run(sayAsBea);
  expect(calls().slice(before)).toEqual([SEND]);
});

test('an ID in the store that is gone is not used, and is replaced there', async () => {
  const { bot, options } = await startWithout();
  await bot.run(sayHi);
  const [anew] = personaIds(bot.emulator, 'Adam');

  const restarted = await startBot({
    emulator: bot.emulator,
    plugins: [personas(options)],
  });
  const seen = watchCalls(bot.emulator);
  await restarted.run(sayHi);
  expect(seen()).toEqual([SEND]);
  expect(personaIds(bot.emulator, 'Adam')).toEqual([anew]);
});

test('a message that is refused again is sent as the Page: three attempts in all', async () => {
  const { bot, refused, calls, gone } = await startWithout();
  const unknown = {
    code: 100,
    message: '(#100) Invalid parameter: persona_id is of no persona',
  };
  bot.emulator.fail({ path: '/me/messages', error: unknown, times: 2 });
  await bot.run(sayHi);
  const [anew] = personaIds(bot.emulator, 'Adam');
  expect(bot.errors).toEqual([]);
  expect(calls()).toEqual([
    SEND,
    `GET /${gone}`,
    LIST,
    LIST,
    MAKE,
    SEND,
    `GET /${anew}`,
    SEND,
  ]);
  expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Page: hi']);
  expect(refused.mock.calls).toMatchObject([[{ reason: 'this-message' }, {}]]);
});

test('a message whose new persona is deleted as well is sent as the Page', async () => {
  const emulator = await startEmulator();
  let isDeleting = false;
  const { origin } = await startFakeGraph(
    async ({ body }) => {
      const [, id = ''] = /"persona_id":"(\d+)"/.exec(body) ?? [];
      if (isDeleting && personaIds(emulator, 'Adam').includes(id)) {
        await deletePersona(emulator, id);
      }
      return undefined;
    },
    { upstream: emulator },
  );
  const setup = { emulator, origin };
  const { bot, refused, calls, gone } = await startWithout(setup);
  isDeleting = true;
  await bot.run(sayHi);
  const made = calls().filter((call) => call === MAKE);
  expect(bot.errors).toEqual([]);
  expect(made).toHaveLength(1);
  expect(calls().slice(0, 5)).toEqual([SEND, `GET /${gone}`, LIST, LIST, MAKE]);
  expect(shown(emulator)).toEqual(['Adam: hi', 'Page: hi']);
  expect(refused.mock.calls).toMatchObject([[{ reason: 'unknown' }, {}]]);
});

test('a message whose persona cannot be created again is sent as the Page', async () => {
  const { bot, refused, calls, gone } = await startWithout();
  const forbidden = { code: 200, message: '(#200) Permissions error' };
  bot.emulator.fail({ method: 'POST', path: '/me/personas', error: forbidden });
  await bot.run(sayHi);
  expect(bot.errors).toEqual([]);
  expect(calls()).toEqual([SEND, `GET /${gone}`, LIST, LIST, MAKE, SEND]);
  expect(shown(bot.emulator)).toEqual(['Adam: hi', 'Page: hi']);
  expect(refused).toHaveBeenCalledTimes(1);
  expect(refused).toHaveBeenCalledWith(
    expect.objectContaining({ reason: 'not-created', persona: 'adam' }),
    expect.objectContaining({ persona: 'adam' }),
  );
});

test('a fixed ID of the directory is not replaced: two attempts', async () => {
  const refused = jest.fn();
  const bot = await startBot({
    plugins: [
      personas({ directory: { desk: '123456789' }, onRefused: refused }),
    ],
  });
  const seen = watchCalls(bot.emulator);
  await bot.run(async (context) => {
    context.usePersona('desk');
    await context.sendText('hi');
  });
  expect(bot.errors).toEqual([]);
  expect(seen()).toEqual([SEND, 'GET /123456789', LIST, SEND]);
  expect(shown(bot.emulator)).toEqual(['Page: hi']);
  expect(refused).toHaveBeenCalledWith(
    expect.objectContaining({ reason: 'unknown', persona: 'desk' }),
    expect.objectContaining({ persona: 'desk' }),
  );
});
