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
