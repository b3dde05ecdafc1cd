import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { once } from 'node:events';

import { Streams } from '../../example-bot/agents/streams';

let streams: Streams;
let server: http.Server;
let origin: string;
const answers: (boolean | 'ended')[] = [];

beforeEach(async () => {
  answers.length = 0;
  streams = new Streams();
  server = http.createServer((request, response) => {
    const agentId = request.url?.slice(1) ?? '';
    const isOpen = streams.start(response, agentId, { me: agentId }, () =>
      answers.push('ended'),
    );
    answers.push(isOpen);
    if (!isOpen) response.writeHead(429).end();
    server.emit('asked');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  streams.close();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

/** Reads a stream until it has this text. */
async function read(agentId: string) {
  const response = await fetch(`${origin}/${agentId}`);
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = '';
  return {
    async until(wanted: string): Promise<string> {
      while (!text.includes(wanted)) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`The stream ended after ${text}`);
        text += value;
      }
      return text;
    },
    ended: async () => {
      while (!(await reader?.read())?.done);
    },
    leave: () => reader?.cancel(),
  };
}

it('begins with the state, and tells all of what follows', async () => {
  const [ana, ben] = await Promise.all([read('ana'), read('ben')]);
  await ana.until('event: state\ndata: {"me":"ana"}\n\n');
  await ben.until('{"me":"ben"}');
  streams.broadcast('entry', { text: 'two\nlines' });
  for (const each of [ana, ben]) {
    await each.until('event: entry\ndata: {"text":"two\\nlines"}\n\n');
  }
});

it('ends the streams of one agent, with an event', async () => {
  const [ana, ben] = await Promise.all([read('ana'), read('ben')]);
  await Promise.all([ana.until('state'), ben.until('state')]);
  streams.end('ana', 'signed-out', {});
  await ana.until('event: signed-out');
  await ana.ended();
  expect(streams.count).toBe(1);
  await ben.leave();
});

it('cuts off a reader that does not read, and nobody else', async () => {
  const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /stalled HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(server, 'asked');
  socket.pause();
  const ana = await read('ana');
  await ana.until('state');
  const text = 'x'.repeat(100_000);
  let written = 0;
  while (streams.count === 2) {
    written += 1;
    expect(written).toBeLessThan(500);
    streams.broadcast('entry', { text, written });
    await ana.until(`"written":${written}}`);
  }
  expect(answers).toContain('ended');
  streams.broadcast('entry', { text: 'still here' });
  await ana.until('still here');
  socket.destroy();
});

it('has ten streams of an agent, and 200 in all, at most', async () => {
  const open = (agentId: string) => fetch(`${origin}/${agentId}`);
  const ofAna = await Promise.all(
    Array.from({ length: 12 }, () => open('ana')),
  );
  const statuses = ofAna.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  for (let agent = 0; agent < 19; agent += 1) {
    await Promise.all(Array.from({ length: 10 }, () => open(`a${agent}`)));
  }
  expect(streams.count).toBe(200);
  expect((await open('ben')).status).toBe(429);
});
