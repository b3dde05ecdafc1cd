import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ContextSimulator } from 'bottender/dist/test-utils';
import { personas, type PersonaContext } from 'bottender-persona';
import type { MessengerEmulator } from 'messenger-emulator';

import {
  type BotSetup,
  PAGE,
  type RunningBot,
  SEND_MODES,
  startBot,
} from '../support/bot';
import { bodies, calls, shown } from '../support/emulatorState';
import { createPersonas, profile } from '../support/personas';
import { filenameOption } from '../support/sends';

/** More than one chunk of a stream, and every byte. */
const CONTENTS = Buffer.alloc(200_000, Buffer.from([...Array(256).keys()]));
const folder = mkdtempSync(join(tmpdir(), 'upload-'));
const file = join(folder, 'a file.bin');
writeFileSync(file, CONTENTS);
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCES: [string, () => Buffer | ReturnType<typeof createReadStream>][] =
  [
    ['a Buffer', () => CONTENTS],
    ['a ReadStream', () => createReadStream(file)],
  ];
const METHODS = [
  ['sendImage', 'image'],
  ['sendAudio', 'audio'],
  ['sendVideo', 'video'],
  ['sendFile', 'file'],
] as const;

async function start(setup: BotSetup = {}) {
  const bot = await startBot({ plugins: [personas()], ...setup });
  return { bot, ...(await createPersonas(bot.emulator, ['Adam'])) };
}

/** What customers find at the URL of the last attachment that they were shown. */
async function received(emulator: MessengerEmulator): Promise<Buffer> {
  const attachment = emulator.state().conversations[0]?.entries.at(-1)?.message
    ?.attachment as { payload: { url: string } } | undefined;
  const response = await fetch(attachment?.payload.url ?? '');
  return Buffer.from(await response.arrayBuffer());
}

describe.each(SEND_MODES)('%s', (_mode, setup) => {
  describe.each(METHODS)('%s', (method, type) => {
    test.each(SOURCES)(
      'of %s shows the persona: one upload, one send',
      async (_what, source) => {
        const { bot, Adam } = await start(setup);
        await bot.run(async (context) => {
          await context.withPersona(Adam, () =>
            context[method](source(), filenameOption('a pear.bin')),
          );
        });
        expect(bot.errors).toEqual([]);
        expect(shown(bot.emulator)).toEqual([`Adam: [${type}]`]);
        expect(made(bot)).toEqual([
          'POST /me/message_attachments',
          'POST /me/messages',
        ]);
        expect(CONTENTS.equals(await received(bot.emulator))).toBe(true);
      },
    );
  });
});

/** What Bottender hands to its multipart form. */
const ABOUT_FILE = {
  ...filenameOption('a pear.bin'),
  filepath: 'fruit/a pear.bin',
  contentType: 'image/png',
  knownLength: CONTENTS.length,
};

describe('an uploaded file', () => {
  test('keeps its name, and the message keeps its options', async () => {
    const { bot, Adam } = await start();
    const options = Object.freeze({
      ...ABOUT_FILE,
      personaId: Adam,
      quickReplies: [{ contentType: 'user_email' as const }],
    });
    let uploads: unknown[] = [];
    await bot.run(async (context) => {
      const upload = jest.spyOn(context.client, 'uploadAttachment');
      await context.sendFile(CONTENTS, options);
      uploads = upload.mock.calls;
      upload.mockRestore();
    });
    expect(bot.errors).toEqual([]);
    expect(uploads).toEqual([['file', CONTENTS, ABOUT_FILE]]);
    const [body] = await bodies(bot.emulator, 'POST /me/messages');
    expect(body).toMatchObject({
      persona_id: Adam,
      messaging_type: 'RESPONSE',
      message: { quick_replies: [{ content_type: 'user_email' }] },
    });
    for (const option of Object.keys(ABOUT_FILE)) {
      expect(body).not.toHaveProperty(option);
    }
  });

  test('shows the persona of a block of withEphemeralPersona', async () => {
    const { bot } = await start();
    await bot.run((context) =>
      context.withEphemeralPersona(profile('Guest'), async () => {
        await context.sendImage(createReadStream(file));
      }),
    );
    expect(bot.errors).toEqual([]);
    expect(shown(bot.emulator)).toEqual(['Guest: [image]']);
  });

  test.each(SOURCES)(
    'of %s shows a persona that is created for it first',
    async (_what, source) => {
      const plugin = personas({ directory: { eve: profile('Eve') } });
      const { bot } = await start({ plugins: [plugin] });
      await bot.run(async (context) => {
        await context.as('eve').sendImage(source(), filenameOption('pear.png'));
      });
      expect(bot.errors).toEqual([]);
      expect(shown(bot.emulator)).toEqual(['Eve: [image]']);
      expect(CONTENTS.equals(await received(bot.emulator))).toBe(true);
    },
  );

  test.each(SOURCES)(
    'of %s shows the persona that was active at the call',
    async (_what, source) => {
      const { bot, Adam } = await start();
      await bot.run(async (context) => {
        context.usePersona(Adam);
        const sending = context.sendImage(source(), filenameOption('pear.png'));
        context.usePersona(null);
        await sending;
      });
      expect(shown(bot.emulator)).toEqual(['Adam: [image]']);
    },
  );

  test.each(SOURCES)('of %s as the Page is one call', async (_what, source) => {
    const { bot, Adam } = await start();
    await bot.run(async (context) => {
      await context.sendImage(source(), filenameOption('pear.png'));
      context.usePersona(Adam);
      await context.withPersona(null, () =>
        context.sendImage(source(), filenameOption('pear.png')),
      );
      const asPage = { ...filenameOption('pear.png'), personaId: null };
      await context.sendImage(source(), asPage);
    });
    expect(bot.errors).toEqual([]);
    expect(made(bot)).toEqual(Array(3).fill('POST /me/messages'));
    expect(shown(bot.emulator)).toEqual(Array(3).fill('Page: [image]'));
    expect(CONTENTS.equals(await received(bot.emulator))).toBe(true);
  });

  test('that Messenger refuses is not sent, and the handler gets the error', async () => {
    const { bot, Adam } = await start();
    bot.emulator.fail({ path: '/me/message_attachments', status: 400 });
    await bot.run(async (context) => {
      context.usePersona(Adam);
      await context.sendImage(CONTENTS, filenameOption('pear.png'));
    });
    expect(bot.errors).toHaveLength(1);
    expect(made(bot)).toEqual(['POST /me/message_attachments']);
  });
});

test.each([
  ['as its URL', 'https://example.com/pear.png'],
  ['as its payload', { url: 'https://example.com/pear.png' }],
])('a picture %s is one call', async (_what, picture) => {
  const { bot, Adam } = await start();
  await bot.run(async (context) => {
    context.usePersona(Adam);
    await context.sendImage(picture);
  });
  expect(bot.errors).toEqual([]);
  expect(made(bot)).toEqual(['POST /me/messages']);
  expect(shown(bot.emulator)).toEqual(['Adam: [image]']);
});

test('a simulated context gets the contents and the persona', async () => {
  const simulator = new ContextSimulator({ platform: 'messenger' });
  const context = simulator.createTextContext('hello') as PersonaContext;
  await personas()(context);
  await context.withPersona('1', () => context.sendImage(CONTENTS));
  expect(jest.mocked(context.sendImage).mock.calls).toEqual([
    [CONTENTS, { personaId: '1' }],
  ]);
});

describe('nothing is uploaded if Bottender sends nothing', () => {
  const psid = '1001';
  const EVENTS: [string, object][] = [
    [
      'an echo',
      {
        sender: { id: PAGE.id },
        recipient: { id: psid },
        message: { is_echo: true, mid: 'm_echo', text: 'hi' },
      },
    ],
    ['a read', { read: { watermark: 1 } }],
    ['a delivery', { delivery: { mids: ['m_1'], watermark: 1 } }],
    ['an event without a session', { sender: undefined, optin: { ref: 'r' } }],
  ];

  test.each(EVENTS)('on %s', async (_what, event) => {
    const { bot, Adam } = await start();
    const warned = jest.spyOn(console, 'error').mockImplementation();
    const run = jest.fn(async (context: PersonaContext) => {
      context.usePersona(Adam);
      await context.sendImage(CONTENTS, filenameOption('pear.png'));
      await context.sendText('hi');
    });
    await bot.runHere(run, psid, event);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('sendImage'));
    warned.mockRestore();
    expect(run).toHaveBeenCalledTimes(1);
    expect(bot.errors).toEqual([]);
    expect(made(bot)).toEqual([]);
  });
});

/** The calls of the handler, without creations of personas and without batches. */
function made(bot: RunningBot): string[] {
  return calls(bot.emulator).filter(
    (call) => !['POST /me/personas', 'POST /'].includes(call),
  );
}
