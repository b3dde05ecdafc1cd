import fs from 'node:fs';
import path from 'node:path';

import type { EmulatorState } from 'bottender-persona/emulator';

import { PAGE, startBot } from '../support/bot';
import { makeApp, startPages } from '../support/cli';

test('emulate runs a Messenger until it is ended, and needs no config', async () => {
  const app = makeApp('');
  fs.rmSync(path.join(app.folder, 'bottender.config.js'));
  const running = app.start(['emulate', '--port', '0']);
  const [, origin = ''] = await running.printed(
    /Messenger runs at (http:\/\/127\.0\.0\.1:\d+)/,
  );
  await running.printed(/Ctrl-C ends it\./);
  const state = (await (
    await fetch(`${origin}/_emulator/state`)
  ).json()) as EmulatorState;
  expect(state.pages).toEqual([{ id: '100000000000001', name: 'Test Page' }]);
  expect((await fetch(origin)).headers.get('content-type')).toMatch(/html/);

  running.child.kill('SIGTERM');
  const { status, stdout, stderr } = await running.ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const env = Object.fromEntries(
    [...stdout.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  ) as Record<string, string>;
  expect(env).toEqual({
    MESSENGER_ORIGIN: origin,
    MESSENGER_PAGE_ID: '100000000000001',
    MESSENGER_ACCESS_TOKEN: 'emulator-page-access-token',
    MESSENGER_APP_ID: '200000000000001',
    MESSENGER_APP_SECRET: 'emulator-app-secret',
    MESSENGER_VERIFY_TOKEN: 'emulator-verify-token',
  });
});

test('what was given as a credential is taken, and not shown', async () => {
  const bot = await startBot({
    action: async (context) => {
      await context.sendText('hello');
    },
  });
  const app = makeApp('');
  const { appSecret } = { appSecret: 'APP_SECRET_OF_TESTS' };
  const running = app.start([
    ...['emulate', '--port', '0', '--webhook', bot.webhookUrl, '--json'],
    ...['--page-id', PAGE.id, '--page-name', PAGE.name],
    ...['--access-token', PAGE.accessToken, '--app-secret', appSecret],
  ]);
  const [text] = await running.printed(/^\{[^]*\n\}\n$/);
  expect(JSON.parse(text)).toEqual({
    origin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    webhook: bot.webhookUrl,
    page: { id: PAGE.id, name: PAGE.name },
    appId: '200000000000001',
    accessToken: null,
    appSecret: null,
    verifyToken: 'emulator-verify-token',
  });

  // The bot takes the webhook's signature for good, so the secret is the given one.
  const { origin } = JSON.parse(text) as { origin: string };
  const said = await fetch(`${origin}/_emulator/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ psid: '1001', text: 'hi' }),
  });
  expect(await said.json()).toMatchObject({ status: 200 });
  running.child.kill('SIGINT');
  expect((await running.ended).status).toBe(0);
});

test.each([
  [['--port', '70000'], 'A port is a number from 0 to 65535.'],
  [['--port', 'x'], 'A port is a number from 0 to 65535.'],
  [['--page-id', 'shop'], 'IDs have digits only.'],
  [['--webhook', 'localhost'], 'webhookUrl'],
])('emulate %j is misused', async (args, message) => {
  const { status, stdout, stderr } = await makeApp('').run('emulate', ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('a port that is taken', async () => {
  const emulator = await startPages();
  const { port } = new URL(emulator.origin);
  const ended = await makeApp('').run('emulate', '--port', port);
  expect(ended).toMatchObject({ status: 1, stdout: '' });
  expect(ended.stderr).toContain('Choose another --port.');
});
