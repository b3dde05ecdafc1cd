import type { EmulatorState } from 'messenger-emulator';
import { PAGE, startEmulated } from './support/emulated';
import { Installed } from './support/installed';

let installed: Installed;
beforeAll(() => {
  installed = new Installed();
});
afterAll(() => installed.remove());

const run = (...args: string[]) => installed.start(...args).ended;

test('runs until it is ended', async () => {
  const running = installed.start('--port', '0');
  const [, origin = ''] = await running.printed(
    /Messenger runs at (http:\/\/127\.0\.0\.1:\d+)/,
  );
  await running.printed(/Ctrl-C ends it\./);
  const state = (await (
    await fetch(`${origin}/_emulator/state`)
  ).json()) as EmulatorState;
  expect(state.pages).toEqual([{ id: '100000000000001', name: 'Test Page' }]);
  expect((await fetch(origin)).headers.get('content-type')).toMatch(/html/);

  running.kill('SIGTERM');
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

test('ends when npx is killed', async () => {
  const running = installed.startWithNpx('--port', '0');
  const [, origin = ''] = await running.printed(/MESSENGER_ORIGIN=(.*)\n/);
  running.kill('SIGTERM');
  // Its output ends when the last process that writes there has ended.
  await running.ended;
  await expect(fetch(`${origin}/_emulator/state`)).rejects.toThrow();
}, 30_000);

test('uses given credentials, and does not print them', async () => {
  const bot = await startEmulated();
  const running = installed.start(
    ...['--port', '0', '--webhook', bot.webhookUrl, '--json'],
    ...['--page-id', PAGE.id, '--page-name', PAGE.name],
    ...['--access-token', PAGE.accessToken, '--app-secret', 'a-secret'],
  );
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

  const { origin } = JSON.parse(text) as { origin: string };
  const said = await fetch(`${origin}/_emulator/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ psid: '1001', text: 'hi' }),
  });
  expect(await said.json()).toMatchObject({ status: 200 });
  expect(bot.deliveries).toHaveLength(1);
  running.kill('SIGINT');
  expect((await running.ended).status).toBe(0);
  await bot.close();
});

test('prints each call and each webhook, and reports when the bot is down', async () => {
  const running = installed.start(
    ...['--port', '0', '--webhook', 'http://user:pass-word@127.0.0.1:1/hook'],
  );
  const [, origin = ''] = await running.printed(/MESSENGER_ORIGIN=(.*)\n/);
  await fetch(`${origin}/me/nothing?access_token=emulator-page-access-token`);
  await running.printed(/^\d\d:\d\d:\d\d GET \/me\/nothing 400 Unknown path/m);
  await fetch(`${origin}/_emulator/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ psid: '1001', text: 'hi' }),
  });
  await running.printed(/ webhook messages LOST: .*Does the bot run there\?/);
  running.kill('SIGTERM');
  const { stdout } = await running.ended;
  expect(stdout).not.toContain('pass-word');
  expect(stdout.match(/emulator-page-access-token/g)).toHaveLength(1);
});

test('--host and --allow-host', async () => {
  const running = installed.start(
    ...['--port', '0', '--host', '127.0.0.2', '--allow-host', 'a', 'b'],
  );
  const [, host = ''] = await running.printed(
    /Messenger runs at http:\/\/(127\.0\.0\.2:\d+)/,
  );
  expect((await fetch(`http://${host}/_emulator/state`)).status).toBe(200);
  running.kill('SIGTERM');
  await running.ended;
});

test.each([
  [['--allow-host', 'http://a'], '--allow-host must be a host name'],
  [['--port', '70000'], 'A port is a number from 0 to 65535.'],
  [['--port', 'x'], 'A port is a number from 0 to 65535.'],
  [['--page-id', 'shop'], 'IDs have digits only.'],
  [['--webhook', 'localhost'], '--webhook must be an http(s) URL'],
  [['--access-token', ''], '--access-token must be a non-empty string'],
  [['--app-secret', ''], '--app-secret must be a non-empty string'],
])('%j is wrong usage', async (args, message) => {
  const { status, stdout, stderr } = await run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('a port that is taken', async () => {
  const emulated = await startEmulated();
  const { port } = new URL(emulated.emulator.origin);
  const ended = await run('--port', port);
  expect(ended).toMatchObject({ status: 1, stdout: '' });
  expect(ended.stderr).toContain('Choose another --port.');
  await emulated.close();
});

test('--help and --version', async () => {
  expect((await run('--help')).stdout).toContain('--webhook <url>');
  expect((await run('--version')).stdout).toBe('1.1.0\n');
});
