import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { APP_SECRET, PAGE, startBot } from '../support/bot';
import { compiledPackage } from '../support/compiled';
import { alive, shown } from '../support/emulatorState';
import { profile } from '../support/personas';
import { handleOnce, unhandledAt } from './workers';

const packagePath = compiledPackage();

test('a lingering persona, the renewal of its lease and the sweep do not keep a process alive', async () => {
  const { emulator } = await startBot();
  // The worker's customer, who has to have written.
  await emulator.say('3001', 'hello');
  const exitCode = await handleOnce({
    origin: emulator.origin,
    ephemeral: { lingerMs: 60_000, leaseMs: 1000 },
  });
  expect(exitCode).toBe(0);
  expect(shown(emulator)).toEqual(['Adam: one', 'Adam: two']);
  expect(alive(emulator)).toEqual(['Adam']);
});

test('a failed send that nobody awaits is an unhandled rejection, although the plugin waits for it', async () => {
  const { emulator } = await startBot();
  await emulator.say('3001', 'hello');
  emulator.fail({
    path: '/me/messages',
    status: 400,
    error: { code: 551, message: 'This person is not available right now' },
    times: 2,
  });
  const unhandled = await unhandledAt({
    origin: emulator.origin,
  });
  expect(unhandled).toMatch(/not available right now/);
  expect(shown(emulator)).toEqual([]);
  expect(alive(emulator)).toEqual([]);
});

test.each([
  ['typing()', 'context.typing(1);'],
  ['a sender action', "context.sendSenderAction('typing_on');"],
  [
    "another plugin's wrapper",
    `const { sendText } = context;
    context.sendText = async (text) => sendText.call(context, text);
    context.sendText('hi');`,
  ],
])(
  '%s that fails and that nobody awaits is an unhandled rejection, as without the plugin',
  async (_what, handler) => {
    const { emulator } = await startBot();
    await emulator.say('3001', 'hello');
    const message = 'This person is not available right now';
    emulator.fail({
      path: '/me/messages',
      status: 400,
      error: { code: 551, message },
    });
    const settings = {
      appId: '1',
      verifyToken: 'VERIFY',
      accessToken: PAGE.accessToken,
      appSecret: APP_SECRET,
      origin: emulator.origin,
      sync: true,
    };
    const messaging = [
      {
        sender: { id: '3001' },
        recipient: { id: PAGE.id },
        message: { mid: 'm_1', text: 'hello' },
      },
    ];
    const body = { object: 'page', entry: [{ id: PAGE.id, messaging }] };
    const program = (plugin: string) => `
      const MessengerBot = require('bottender/dist/messenger/MessengerBot').default;
      const { personas } = require(${JSON.stringify(packagePath)});
      process.on('unhandledRejection', ({ message }) => console.log(message));
      const bot = new MessengerBot(${JSON.stringify(settings)});
      ${plugin}
      bot.onEvent(async (context) => { ${handler} });
      void bot.createRequestHandler()(${JSON.stringify(body)});
    `;
    const outputs = [];
    for (const plugin of ['', 'bot.use(personas());']) {
      const args = ['-e', program(plugin)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      outputs.push(stdout);
    }
    expect(outputs[0]).toContain(message);
    expect(outputs[1]).toBe(outputs[0]);
  },
);

test.each([
  [
    'that listens, as a bot does,',
    "require('node:http').createServer().listen(0, '127.0.0.1');",
  ],
  ['that has nothing else to do', ''],
])(
  'a process %s lives until close() has resolved, and has reported what is left by then',
  async (_which, listens) => {
    const { emulator } = await startBot();
    await emulator.say('3001', 'hello');
    const account = {
      accessToken: PAGE.accessToken,
      appSecret: APP_SECRET,
      origin: emulator.origin,
    };
    const program = `
    const { MessengerClient } = require('messaging-api-messenger');
    const { personas } = require(${JSON.stringify(packagePath)});
    const plugin = personas();
    ${listens}
    const client = plugin.client(new MessengerClient(${JSON.stringify(account)}));
    void client.withEphemeralPersona(${JSON.stringify(profile('Adam'))}, async () => {
      await client.sendText('3001', 'hi');
      await plugin.close({ timeoutMs: 200 });
      process.exit(7);
    });
  `;
    const ended: unknown = await promisify(execFile)(process.execPath, [
      '-e',
      program,
    ]).catch((error: unknown) => error);
    expect(ended).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(
        /PersonaWarning: .*"Adam".*is left to the sweep/,
      ) as string,
    });
  },
);
