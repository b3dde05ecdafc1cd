import http from 'node:http';
import net from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { once } from 'node:events';
import {
  PAGE,
  PERSONA,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

const MEGABYTE = 1024 * 1024;

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(async () => {
  // Whatever was sent, the emulator goes on.
  expect((await emulated.graph('GET', '/me')).status).toBe(200);
  await emulated.close();
});

function post(
  body: string | Buffer,
  contentType: string | undefined,
  path = '/me/messages',
): Promise<{ status: number; body: { error?: { code: number } } }> {
  const url = `${emulated.emulator.origin}${path}?access_token=${PAGE.accessToken}`;
  return new Promise((resolve, reject) => {
    const headers =
      contentType === undefined ? {} : { 'content-type': contentType };
    const request = http.request(url, {
      method: 'POST',
      headers,
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: JSON.parse(text) as { error?: { code: number } },
        }),
      );
    });
    request.end(body);
  });
}

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=b';
const part = (headers: string, content = '') =>
  `--b\r\n${headers}\r\n\r\n${content}\r\n`;

describe('malformed bodies are refused like Graph does', () => {
  test.each<[string, string | Buffer, string | undefined]>([
    ['broken JSON', '{"a":', 'application/json'],
    ['a JSON list', '[]', 'application/json'],
    ['a JSON text', '"x"', 'application/json'],
    ['null', 'null', 'application/json'],
    [
      'deep JSON',
      `{"a":${'['.repeat(5e4)}${']'.repeat(5e4)}}`,
      'application/json',
    ],
    [
      'deep JSON in a form',
      `message=${'['.repeat(5e4)}${']'.repeat(5e4)}`,
      FORM,
    ],
    ['broken JSON in a form', 'recipient={', FORM],
    ['bytes', Buffer.from([0, 255, 254, 1]), 'application/json'],
    ['XML', '<a/>', 'text/xml'],
    ['no type', 'x', undefined],
    ['multipart without a boundary', 'x', 'multipart/form-data'],
    ['multipart without an end', '--b\r\n', MULTIPART],
    [
      'multipart without a name',
      `${part('Content-Disposition: form-data')}--b--`,
      MULTIPART,
    ],
    ['multipart of nothing', '', MULTIPART],
    [
      'prototypes',
      '{"__proto__":{"recipient":{"id":"1"}},"constructor":1}',
      'application/json',
    ],
    [
      'a recipient’s prototype',
      '{"message":{"text":"x"},"recipient":{"__proto__":{"id":"1"}}}',
      'application/json',
    ],
  ])('%s', async (_what, body, contentType) => {
    const answer = await post(body, contentType);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 100 });
    expect(emulated.emulator.state().requests).toMatchObject([{ status: 400 }]);
  });

  test('fields of wrong types', async () => {
    const wrong = [7, true, [], [[]], {}, 'x', null, { id: {} }, { id: [] }];
    for (const value of wrong) {
      for (const body of [
        { recipient: value, message: { text: 'x' } },
        { recipient: { id: PSID }, message: value },
        { recipient: { id: PSID }, message: { attachment: value } },
        {
          recipient: { id: PSID },
          message: { attachment: { type: 'template', payload: value } },
        },
        { recipient: { id: PSID }, sender_action: value },
        { recipient: { id: '1' }, message: { text: value } },
        {
          recipient: { id: '1' },
          message: { text: 'x', quick_replies: [value] },
        },
      ]) {
        const answer = await emulated.graph('POST', '/me/messages', body);
        expect([JSON.stringify(body), answer.status]).toEqual([
          JSON.stringify(body),
          400,
        ]);
      }
    }
    const names = await emulated.graph('POST', '/me/personas', {
      ...PERSONA,
      name: {},
    });
    expect(names.status).toBe(400);
  });
});

describe('oversized bodies are refused with 413', () => {
  test.each<[string, number, string]>([
    ['JSON', MEGABYTE + 1, 'application/json'],
    ['a form', MEGABYTE + 1, FORM],
    ['multipart', 25 * MEGABYTE + 1, MULTIPART],
  ])('%s', async (_what, size, contentType) => {
    const answer = await post(Buffer.alloc(size, 'x'), contentType);
    expect(answer.status).toBe(413);
    expect(answer.body.error).toMatchObject({ code: 100 });
    expect(emulated.emulator.state().requests).toMatchObject([{ status: 413 }]);
  });

  test('a file of 24 MB is accepted', async () => {
    const body = Buffer.concat([
      Buffer.from(
        part(
          'Content-Disposition: form-data; name="message"',
          '{"attachment":{"type":"file","payload":{}}}',
        ),
      ),
      Buffer.from(
        '--b\r\nContent-Disposition: form-data; name="filedata"; filename="f"\r\n\r\n',
      ),
      Buffer.alloc(24 * MEGABYTE),
      Buffer.from('\r\n--b--'),
    ]);
    const answer = await post(body, MULTIPART, '/me/message_attachments');
    expect(answer.status).toBe(200);
  });

  test('the emulator’s own API', async () => {
    const response = await fetch(
      `${emulated.emulator.origin}/_emulator/messages`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ psid: PSID, text: 'x'.repeat(MEGABYTE) }),
      },
    );
    expect(response.status).toBe(413);
  });
});

test('a request that is not HTTP is answered with 400', async () => {
  const socket = net.connect(
    Number(new URL(emulated.emulator.origin).port),
    '127.0.0.1',
  );
  socket.write('GARBAGE\r\n\r\n');
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString('utf8')).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":100/);
  socket.destroy();
});

test('clients that disconnect early do no harm', async () => {
  const { port } = new URL(emulated.emulator.origin);
  for (const path of ['/me/messages', '/_emulator/messages']) {
    const socket = net.connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    socket.destroy();
    await once(socket, 'close');
  }
});

test('of thousands of messages, only the latest are kept', async () => {
  const send = async (rounds: number) => {
    for (let i = 0; i < rounds; i += 1) {
      const batch = Array.from({ length: 50 }, (_, n) => ({
        method: 'POST',
        relative_url: 'me/messages',
        body: new URLSearchParams({
          recipient: JSON.stringify({ id: PSID }),
          message: JSON.stringify({ text: `${i}/${n} ${'x'.repeat(1900)}` }),
        }).toString(),
      }));
      await emulated.graph('POST', '/', {
        access_token: PAGE.accessToken,
        batch,
      });
    }
  };
  await send(25);
  const before = heapAfterCollection();
  await send(75);
  const grown = heapAfterCollection() - before;

  const { requests, conversations } = emulated.emulator.state();
  expect(requests).toHaveLength(1000);
  expect(conversations[0]?.entries).toHaveLength(1000);
  expect(conversations[0]?.entries.at(-1)?.message?.text).toMatch(/^74\/49 /);
  expect(grown).toBeLessThan(6 * MEGABYTE);
});

test('deleted personas are dropped eventually', async () => {
  const inBatch = async (calls: object[]) => {
    const { body } = await emulated.graph('POST', '/', { batch: calls });
    return body as unknown as { code: number; body: string }[];
  };
  for (let i = 0; i < 22; i += 1) {
    const made = await inBatch(
      Array.from({ length: 50 }, (_, n) => ({
        method: 'POST',
        relative_url: 'me/personas',
        body: new URLSearchParams({
          ...PERSONA,
          name: `P${i}/${n}`,
        }).toString(),
      })),
    );
    const deleted = await inBatch(
      made.map(({ body }) => ({
        method: 'DELETE',
        relative_url: (JSON.parse(body) as { id: string }).id,
      })),
    );
    expect(deleted.map(({ code }) => code)).toEqual(made.map(() => 200));
  }
  expect(emulated.emulator.state().personas).toHaveLength(1000);
});

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
