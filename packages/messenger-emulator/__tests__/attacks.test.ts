import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import {
  APP,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

/** With any headers, which `fetch` would not let through. */
function request(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const url = emulated.emulator.origin + path;
    const sent = http.request(url, { method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text }),
      );
    });
    sent.end(body);
  });
}

const TOKEN = `access_token=${PAGE.accessToken}`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe("another website's page", () => {
  const elsewhere: [string, Record<string, string>][] = [
    ['Origin', { origin: 'https://evil.test' }],
    ['Origin null, of a sandbox', { origin: 'null' }],
    ['Origin, of another port', { origin: 'http://127.0.0.1:1' }],
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site' }],
    ['Host, by a rebound name', { host: 'evil.test' }],
    ['Host, that begins as loopback', { host: '127.0.0.1.evil.test' }],
  ];

  test.each(elsewhere)('%s: reads and changes nothing', async (_, headers) => {
    for (const [method, path, body] of [
      ['GET', `/me/personas?${TOKEN}`],
      ['POST', `/me/personas?${TOKEN}&name=x&profile_picture_url=http://x`],
      ['POST', '/me/messages', `${TOKEN}&recipient={"id":"${PSID}"}`],
      ['POST', '/', `${TOKEN}&batch=[]`],
      ['GET', '/_emulator/state'],
      ['GET', '/_emulator/page/client.js'],
      ['GET', '/_emulator/attachments/1'],
      ['GET', '/_emulator/events'],
      ['POST', '/_emulator/messages', '{}'],
      ['DELETE', '/_emulator/faults'],
    ] as const) {
      const answer = await request(method, path, { ...FORM, ...headers }, body);
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(emulated.emulator.state().personas).toEqual([]);
  });

  test('cannot push the calls of the bot out of the log', async () => {
    await emulated.graph('GET', '/me');
    for (let i = 0; i < 1200; i += 1) {
      const { status } = await request('GET', `/me/feed/${i}`, {
        origin: 'https://evil.test',
      });
      expect(status).toBe(403);
    }
    const { requests } = emulated.emulator.state();
    expect(requests[0]).toMatchObject({ path: '/me', status: 200 });
    const foreign = requests.filter(({ isForeign }) => isForeign);
    expect(foreign.length).toBeLessThanOrEqual(20);
    expect(foreign.at(-1)?.path).toBe('/me/feed/1199');
  });

  test('cannot move the webhook', async () => {
    const { appId, appSecret } = APP;
    const answer = await request(
      'POST',
      `/${appId}/subscriptions`,
      { ...FORM, origin: 'https://evil.test' },
      `access_token=${appId}|${appSecret}&object=page&fields=messages&verify_token=x&callback_url=http://127.0.0.1:1/`,
    );
    expect(answer.status).toBe(403);
    await emulated.emulator.say(PSID, 'hi');
    expect(emulated.deliveries).toHaveLength(1);
  });

  test('may link to the chat page, and not hold it in a frame', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await request('GET', '/', link)).status).toBe(200);
    const frame = { ...link, 'sec-fetch-dest': 'iframe' };
    expect((await request('GET', '/', frame)).status).toBe(403);
    const state = await request('GET', '/_emulator/state', link);
    expect(state.status).toBe(403);
  });

  test('may lead back from a login, with the token of one alone', async () => {
    const { customer } = emulated.emulator;
    const { url } = customer.logIn(PSID, 'https://bot.test/login');
    const back = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
    const path = `${back.pathname}${back.search}&authorization_code=x`;
    const redirect = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const guessed = path.replace(/token=[^&]+/, 'token=guessed');
    expect((await request('GET', guessed, redirect)).status).toBe(400);
    for (const headers of [
      { ...redirect, 'sec-fetch-dest': 'iframe' },
      { ...redirect, 'sec-fetch-mode': 'no-cors' },
      { ...redirect, origin: 'https://bot.test' },
      { ...redirect, host: 'bot.test' },
    ]) {
      expect((await request('GET', path, headers)).status).toBe(403);
    }
    expect(emulated.deliveries).toEqual([]);
    expect((await request('GET', path, redirect)).status).toBe(200);
    expect(emulated.deliveries).toHaveLength(1);
  });

  test('is told apart from the own page and from programs', async () => {
    const { host } = new URL(emulated.emulator.origin);
    const { port } = new URL(emulated.emulator.origin);
    const own: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
      { host: `localhost:${port}` },
    ];
    for (const headers of own) {
      const graph = await request('GET', `/me?${TOKEN}`, headers);
      const control = await request('GET', '/_emulator/state', headers);
      expect([graph.status, control.status]).toEqual([200, 200]);
    }
  });
});

test('allowHosts: another name, and no other', async () => {
  await emulated.close();
  emulated = await startEmulated({ allowHosts: ['Messenger'] });
  const { port } = new URL(emulated.emulator.origin);
  const path = `/me?${TOKEN}`;
  const by = async (host: string) =>
    (await request('GET', path, { host })).status;
  expect(await by(`messenger:${port}`)).toBe(200);
  expect(await by('messenger')).toBe(200);
  expect(await by('messenger.evil.test')).toBe(403);
});

test('host: listens there, and nowhere else', async () => {
  await emulated.close();
  emulated = await startEmulated({ host: '127.0.0.2' });
  const { hostname, port } = new URL(emulated.emulator.origin);
  expect(hostname).toBe('127.0.0.2');
  expect((await emulated.graph('GET', '/me')).status).toBe(200);
  const socket = net.connect(Number(port), '127.0.0.1');
  await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
});

describe('bounded time', () => {
  /** Of this process's own time: others on the machine may take theirs. */
  const within = async (ms: number, run: () => Promise<unknown>) => {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(ms);
  };

  test('a batch whose items refer to the ones before', async () => {
    const reference = (name: string) => `{result=${name}:$.error.message}`;
    const batch = Array.from({ length: 50 }, (_, i) => ({
      method: 'GET',
      name: `i${i}`,
      omit_response_on_success: false,
      relative_url:
        i === 0 ? 'x/y/z' : `x/${reference(`i${i - 1}`).repeat(4)}/y`,
    }));
    await within(8000, async () => {
      const answer = await emulated.graph('POST', '/', { batch });
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.body).length).toBeLessThan(8e6);
      expect(JSON.stringify(answer.body)).toContain('inserts too much');
    });
  });

  test.each([
    ['single quotes', "'".repeat(1)],
    ['escaped quotes', "\\'"],
    ['both kinds', `'"`],
    ['doubled backslashes', `'\\\\`],
  ])('loose JSON of %s, without a token', async (_, part) => {
    const text = `{'a` + part.repeat(400_000 / part.length);
    await within(1800, () =>
      request('POST', '/', FORM, `batch=${encodeURIComponent(text)}`),
    );
  });

  test('a pathPattern with catastrophic backtracking', async () => {
    const added = await fetch(`${emulated.emulator.origin}/_emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pathPattern: '^/(a+)+$', status: 500 }),
    });
    expect(added.status).toBe(200);
    await within(8000, async () => {
      const answer = await emulated.graph('GET', `/${'a'.repeat(50)}!`);
      expect(answer.status).toBe(400);
    });
    expect((await emulated.graph('GET', '/aaa')).status).toBe(500);
  });
});

describe('the log', () => {
  const logged = async () => {
    const { requests } = emulated.emulator.state();
    const { id = '' } = requests.at(-1) ?? {};
    const url = `${emulated.emulator.origin}/_emulator/requests/${id}`;
    return JSON.stringify([requests, await (await fetch(url)).json()]);
  };

  test('shows paths unchanged if a token is a short word', async () => {
    await emulated.close();
    emulated = await startEmulated({
      pages: [{ ...PAGE, accessToken: 'me' }],
      appSecret: 's',
    });
    await emulated.graph('GET', '/me/personas', undefined, 'me');
    expect(await logged()).toContain('/me/personas');
    await request('GET', '/me?access_token=me', {});
    expect(await logged()).not.toMatch(/access_token[^,}]*me/);
  });

  test.each([
    ['access_token[]=', 'GET', '/me?access_token[]=SECRET'],
    ['access_token[0]=, escaped', 'GET', '/me?access_token%5B0%5D=SECRET'],
    ['another spelling', 'GET', '/me?ACCESS_TOKEN=SECRET'],
    ['a batch', 'POST', '/', "batch=[{'body':'access_token=SECRET'}]"],
    ['single quotes', 'POST', '/', `batch={'access_token':'SECRET'}`],
    ['spaces', 'POST', '/', `batch={'access_token' : 'SECRET'}`],
    ['double quotes', 'POST', '/', `batch={"access_token": "SECRET"}`],
    ['a list', 'POST', '/', `batch={"access_token":["SECRET"]}`],
    ['a persona_id', 'POST', '/me/messages', 'persona_id=access_token=SECRET'],
  ])('hides a token in %s', async (_, method, path, body = '') => {
    await request(method, path, FORM, body);
    expect(await logged()).not.toContain('SECRET');
  });
});

test("a 502 does not show the webhook's user and password", async () => {
  const { emulator } = emulated;
  emulator.setWebhookUrl('http://user:pass-word@127.0.0.1:1/hook?key=secret');
  const error = await emulator.say(PSID, 'hi').catch(String);
  expect(error).toContain('http://127.0.0.1:1/hook could not be reached');
  expect(error).not.toMatch(/user|pass-word|secret/);
});

describe('bounded memory', () => {
  const BIG = 'x'.repeat(900_000);

  test('many large messages: the latest are kept, and the state can be read', async () => {
    await emulated.emulator.say(PSID, 'hi');
    for (let i = 0; i < 40; i += 1) {
      const answer = await emulated.graph('POST', '/me/messages', {
        recipient: { id: PSID },
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'generic',
              elements: [{ title: String(i), image_url: BIG }],
            },
          },
        },
      });
      expect(answer.status).toBe(200);
    }
    const state = await (
      await fetch(`${emulated.emulator.origin}/_emulator/state`)
    ).text();
    expect(state.length).toBeLessThan(34 * 1024 * 1024);
    expect(state).toContain('"title":"39"');
    expect(state).not.toContain('"title":"0"');
  });

  test('readers of events that never read', async () => {
    const { emulator } = emulated;
    await emulator.say(PSID, 'hi');
    for (let i = 0; i < 30; i += 1) await emulator.say(PSID, BIG);
    const { hostname, port } = new URL(emulator.origin);
    const ended: Promise<unknown>[] = [];
    const sockets = Array.from({ length: 7 }, () => {
      const socket = net.connect(Number(port), hostname).pause();
      socket.on('error', () => undefined);
      ended.push(once(socket, 'close'));
      socket.write('GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return socket;
    });
    // Some are cut off, so that the others' states fit.
    for (let i = 0; i < 20; i += 1) await emulated.graph('GET', '/me');
    for (const socket of sockets) socket.resume();
    await Promise.race(ended);
    for (const socket of sockets) socket.destroy();
    // Seven states of 27 MB, again and again.
  });

  test('a reader of events that falls behind while it reads the state is cut off', async () => {
    const { emulator } = emulated;
    await emulator.say(PSID, 'hi');
    for (let i = 0; i < 20; i += 1) await emulator.say(PSID, BIG);
    const { hostname, port } = new URL(emulator.origin);
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const closed = once(socket, 'close').then(() => 'cut off');
    socket.write('GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    socket.pause();
    for (let i = 0; i < 6; i += 1) await emulator.say(PSID, BIG);
    await emulator.say(PSID, 'the last');
    let tail = '';
    const readAll = new Promise<string>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('latin1')).slice(-1000);
        if (tail.includes('"the last"')) resolve('reads on');
      });
    });
    socket.resume();
    expect(await Promise.race([closed, readAll])).toBe('cut off');
    socket.destroy();
  });

  test('at most 50 readers of events are served at once', async () => {
    const { hostname, port } = new URL(emulated.emulator.origin);
    let open = 0;
    const closed: Promise<unknown>[] = [];
    const sockets: net.Socket[] = [];
    for (let i = 0; i < 60; i += 1) {
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => undefined);
      open += 1;
      closed.push(once(socket, 'close').then(() => (open -= 1)));
      socket.write('GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      sockets.push(socket);
    }
    // A round trip, after which the sockets know that they were closed.
    await emulated.graph('GET', '/me');
    expect(open).toBe(50);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  });

  test('a reader of events that is behind for a moment gets every change', async () => {
    const { emulator } = emulated;
    await emulator.say(PSID, 'hi');
    const { hostname, port } = new URL(emulator.origin);
    const socket = net.connect(Number(port), hostname);
    socket.write('GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    for (let i = 0; i < 3000; i += 1) {
      emulator.customer.set(PSID, { name: `Ada ${i}` });
    }
    let text = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1');
      if (text.includes('"Ada 2999"')) break;
    }
    const names = [...text.matchAll(/"name":"Ada (\d+)"/g)].map(([, i]) => i);
    expect(names).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
  });
});
