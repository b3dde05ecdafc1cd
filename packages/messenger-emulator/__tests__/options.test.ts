import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  startMessengerEmulator,
  type MessengerEmulatorOptions,
} from 'messenger-emulator';
import { APP, OTHER_PAGE, PAGE, PSID, startEmulated } from './support/emulated';

const GOOD: MessengerEmulatorOptions = { ...APP, pages: [PAGE] };

describe('an invalid option is reported', () => {
  test.each<[string, object]>([
    ['port', { port: -1 }],
    ['port', { port: '80' }],
    ['webhookUrl', { webhookUrl: 'localhost:5000' }],
    ['appId', { appId: undefined }],
    ['appId', { appId: 'a/b' }],
    ['appSecret', { appSecret: '' }],
    ['verifyToken', { verifyToken: 7 }],
    ['pages', { pages: undefined }],
    ['pages', { pages: [] }],
    ['pages[0]', { pages: [null] }],
    ['pages[0].id', { pages: [{ ...PAGE, id: 'me' }] }],
    ['pages[0].name', { pages: [{ ...PAGE, name: undefined }] }],
    [
      'pages[1].accessToken',
      { pages: [PAGE, { ...OTHER_PAGE, accessToken: '' }] },
    ],
    ['pages[0].token', { pages: [{ ...PAGE, token: 'x' }] }],
    ['pages', { pages: [PAGE, { ...OTHER_PAGE, id: PAGE.id }] }],
    [
      'pages',
      { pages: [PAGE, { ...OTHER_PAGE, accessToken: PAGE.accessToken }] },
    ],
    ['european', { european: 'all' }],
    ['european[0]', { european: [''] }],
    ['messagingWindow', { messagingWindow: 'on' }],
    ['rateLimits', { rateLimits: 300 }],
    ['now', { now: 0 }],
    ['random', { random: 0.5 }],
    ['colour', { colour: 'red' }],
  ])('%s: %j', async (name, change) => {
    const started = startMessengerEmulator({ ...GOOD, ...change });
    await expect(started).rejects.toThrow(`\`${name}\``);
    await expect(started).rejects.toThrow(TypeError);
  });

  test('no options at all', async () => {
    const start: (options?: unknown) => Promise<unknown> =
      startMessengerEmulator as never;
    await expect(start()).rejects.toThrow('`options`');
  });
});

test('a port that is taken is reported', async () => {
  const first = await startMessengerEmulator(GOOD);
  const port = Number(new URL(first.origin).port);
  await expect(startMessengerEmulator({ ...GOOD, port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}`,
  );
  await first.close();
  const second = await startMessengerEmulator({ ...GOOD, port });
  expect(second.origin).toBe(first.origin);
  await second.close();
});

test('a hundred emulators run side by side without interfering', async () => {
  const start = performance.now();
  const emulators = await Promise.all(
    Array.from({ length: 100 }, () => startMessengerEmulator(GOOD)),
  );
  const each = (performance.now() - start) / 100;
  expect(new Set(emulators.map(({ origin }) => origin)).size).toBe(100);
  const [first, second] = emulators;
  await fetch(`${first?.origin}/me?access_token=${PAGE.accessToken}`);
  expect(first?.state().requests).toHaveLength(1);
  expect(second?.state().requests).toEqual([]);
  await Promise.all(emulators.map((emulator) => emulator.close()));
  expect(each).toBeLessThan(500);
});

describe('closing', () => {
  const silent = http.createServer(() => undefined);
  afterEach(() => {
    silent.closeAllConnections();
    silent.close();
  });

  test('leaves no handle open, even during calls', async () => {
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const before = handles();
    const emulator = await startMessengerEmulator({
      ...GOOD,
      webhookUrl: `http://127.0.0.1:${port}`,
    });
    emulator.fail({ path: '/me', delayMs: 600_000 });
    const delayed = fetch(
      `${emulator.origin}/me?access_token=${PAGE.accessToken}`,
    );
    const stream = await fetch(`${emulator.origin}/_emulator/events`);
    const asked = once(silent, 'request');
    const pending = [
      delayed,
      stream.text(),
      emulator.say(PSID, 'hi'),
      emulator.waitFor(() => false, 600_000),
    ].map((promise) =>
      promise.then(
        () => 'resolved',
        () => 'rejected',
      ),
    );
    await asked;

    await emulator.close();
    await emulator.close();
    expect(await Promise.all(pending)).toEqual(Array(4).fill('rejected'));
    // The other ends of the connections close in their own time.
    for (let i = 0; i < 100 && handles() > before; i += 1) await wait(10);
    expect(handles()).toBeLessThanOrEqual(before);
    await expect(fetch(emulator.origin)).rejects.toThrow('fetch failed');
  });
});

function handles(): number {
  const kinds = /TCPServerWrap|TCPSocketWrap|TCPConnectWrap|Timeout/i;
  return process.getActiveResourcesInfo().filter((kind) => kinds.test(kind))
    .length;
}

describe('waitFor', () => {
  test('resolves with the first truthy result, even if it exists already', async () => {
    const emulated = await startEmulated();
    const { emulator } = emulated;
    const waiting = emulator.waitFor(({ requests }) => requests[0]?.path);
    await emulated.graph('GET', '/me');
    expect(await waiting).toBe('/me');
    expect(await emulator.waitFor(({ pages }) => pages[1]?.name)).toBe(
      'Bakery',
    );
    await emulated.close();
  });

  test('rejects after the timeout, or with an error of the check', async () => {
    const emulated = await startEmulated();
    const { emulator } = emulated;
    await expect(emulator.waitFor(() => null, 20)).rejects.toThrow(
      'within 20 ms',
    );
    const wrong = () => {
      throw new RangeError('wrong');
    };
    await expect(emulator.waitFor(wrong)).rejects.toThrow(RangeError);
    await emulated.close();
    await expect(emulator.waitFor(() => true)).rejects.toThrow('closed');
  });
});

test('a waitFor that times out shows the messages and calls', async () => {
  const emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
  await emulated.graph('GET', '/nothing/here');
  const error = await emulated.emulator.waitFor(() => false, 10).catch(String);
  expect(error).toContain(`${PSID} customer: hi`);
  expect(error).toContain('GET /nothing/here 400 ');
  await emulated.close();
});

test('log receives one line for each call and each webhook', async () => {
  const lines: string[] = [];
  const emulated = await startEmulated({ log: (line) => lines.push(line) });
  await emulated.emulator.say(PSID, 'hi');
  await emulated.graph('GET', '/me');
  const sent = { recipient: { id: PSID }, message: { '\n\u001b[2J': 1 } };
  await emulated.graph('POST', '/me/messages', sent);
  expect(lines).toEqual([
    'webhook messages 200',
    'GET /me 200',
    expect.stringMatching(/^POST \/me\/messages 400 [^\p{Cc}]*$/u),
  ]);
  await emulated.close();
});
