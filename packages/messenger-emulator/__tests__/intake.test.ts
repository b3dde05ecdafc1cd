import http from 'node:http';
import { once } from 'node:events';
import { Socket, type AddressInfo } from 'node:net';
import { readBytes } from '../src/http/body';
import { Intake } from '../src/http/intake';

/** Answers how many bytes came, or the status of the refusal. */
const intake = new Intake(100);
const server = http.createServer((request, response) => {
  response.on('close', () => intake.release(request));
  readBytes(request, intake, 80)
    .then(({ length }) => response.end(String(length)))
    .catch((error: { status?: number }) => {
      response.writeHead(error.status ?? 500).end();
    });
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = async (bytes: number) =>
  (await fetch(url, { method: 'POST', body: 'x'.repeat(bytes) })).status;

test('all bodies share a limit, and are released when they are done', async () => {
  const held = http.request(url, {
    method: 'POST',
    headers: { 'content-length': 61 },
    agent: false,
  });
  held.on('error', () => undefined);
  held.write('x'.repeat(60));
  const other = new http.IncomingMessage(new Socket());
  // Until the 60 have been read.
  while (intake.take(other, 41)) {
    intake.release(other);
    await new Promise(setImmediate);
  }
  expect(await post(50)).toBe(503);
  expect(await post(30)).toBe(200);
  held.destroy();
  while (!intake.take(other, 80)) await new Promise(setImmediate);
  intake.release(other);
  expect(await post(80)).toBe(200);
  expect(await post(81)).toBe(413);
  expect(await post(80)).toBe(200);
});
