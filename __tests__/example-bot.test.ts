import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import type { ConversationEntry, EmulatorState } from 'messenger-emulator';

import {
  isTaken,
  startProgram,
  stateWhen,
  type Program,
} from './support/exampleBot';
import { freePort } from './support/freePort';

const START = ['example-bot/run.js'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'example-bot-'));
const CONSOLE_FILE = path.join(folder, 'console.json');
afterAll(() => rmSync(folder, { recursive: true }));

let bot: Program;
let ports: [number, number];
let webhook: string;
let chatPage: string;

beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  const [PORT, EMULATOR_PORT] = ports.map(String) as [string, string];
  bot = startProgram('npm', ['start'], { PORT, EMULATOR_PORT, CONSOLE_FILE });
  [, chatPage = ''] = await bot.printed(/Chat with it at (\S+)/);
  webhook = `http://127.0.0.1:${PORT}/webhooks/messenger`;
});

describe('the conversation', () => {
  it('goes on at the printed address, which serves the chat page', async () => {
    expect(chatPage).toBe(`http://127.0.0.1:${ports[1]}`);
    const page = await fetch(chatPage);
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(await page.text()).toMatch('<html');
  });

  it('hi: the Page answers, with typing, and says that it is a bot', async () => {
    expect(await answersTo('hi', 4)).toEqual([
      'Page: [typing_on]',
      'Page: [typing_off]',
      'Page: This is an automated chat.',
      'Page: Hello! I am the bot of this Page. What can I do for you?',
    ]);
  });

  it('agent: Adam takes over, also for later events', async () => {
    expect(await answersTo('agent', 4)).toEqual([
      'Page: One moment, I am getting a colleague.',
      'Adam Z. · AI: [typing_on]',
      'Adam Z. · AI: [typing_off]',
      'Adam Z. · AI: Hi, Adam here. I have read along: how can I help?',
    ]);
    expect(await answersTo('hi', 3)).toEqual([
      'Adam Z. · AI: [typing_on]',
      'Adam Z. · AI: [typing_off]',
      'Adam Z. · AI: Hello again, I am still with you.',
    ]);
  });

  it('photo: who speaks sends the uploaded file', async () => {
    expect(await answersTo('photo', 2)).toEqual([
      'Adam Z. · AI: [image]',
      "Adam Z. · AI: This is this week's offer.",
    ]);
    const { requests } = await state();
    expect(requests.map(({ path }) => path)).toContain(
      '/me/message_attachments',
    );
  });

  it('specialist: somebody made on the fly answers and is gone', async () => {
    expect(await answersTo('specialist', 3)).toEqual([
      'Dr. Pear · AI: [typing_on]',
      'Dr. Pear · AI: [typing_off]',
      'Dr. Pear · AI: A pear is ripe when its neck gives to your thumb.',
    ]);
    const { personas } = await stateWhen(chatPage, (now) =>
      now.personas.some(({ deleted }) => deleted),
    );
    expect(personas.map(({ name, deleted }) => [name, deleted])).toEqual([
      ['Adam Z. · AI', false],
      ['Dr. Pear · AI', true],
    ]);
  });

  it('bye: Adam leaves, and the Page answers from then on', async () => {
    expect(await answersTo('bye', 2)).toEqual([
      'Adam Z. · AI: Goodbye, it was a pleasure.',
      'Page: What else can I do for you?',
    ]);
    expect((await answersTo('hi', 3)).at(-1)).toMatch(/^Page: Hello!/);
  });

  it('anything else: the Page says what it understands', async () => {
    expect(await answersTo('what?', 1)).toEqual([
      'Page: I understand: hi, agent, photo, specialist and bye.',
    ]);
  });

  it('is answered by the Page where Messenger refuses personas', async () => {
    await postJson('/_emulator/customers', { psid: 'eva', european: true });
    const answers = await answersTo('agent', 5, 'eva');
    expect(answers.at(-1)).toMatch(/^Page: Hi, Adam here/);
    expect(bot.output()).toMatch('refused for this customer');
  });

  it('belongs to one customer', async () => {
    await answersTo('agent', 5, 'another');
    expect((await answersTo('hi', 3)).at(-1)).toMatch(/^Page: /);
  });
});

it('prints the address of the agents’ console, which no other path is', async () => {
  const [, url = ''] = await bot.printed(/Answer customers at (\S+)/);
  expect(url).toMatch(`http://localhost:${ports[0]}/console/`);
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(page.headers.get('x-powered-by')).toBeNull();
  expect((await fetch(new URL('/console/', url))).status).toBe(404);
});

describe('a bad request to the webhook', () => {
  afterEach(async () => {
    expect(await answersTo('what?', 1)).toHaveLength(1);
  });

  it.each([
    ['without a signature', 400, '{}', {}],
    ['with a wrong signature', 400, '{}', { 'x-hub-signature': 'sha1=0' }],
    ['malformed', 400, '{"object', signed('{"object')],
    ['oversized', 413, '" '.repeat(200_000), {}],
    ['without JSON', 400, '', { 'content-type': 'text/plain' }],
  ])('%s is answered %i', async (_what, status, body, headers) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(await messageOf(answer)).toEqual(expect.any(String));
  });

  it.each([
    [{ delivery: { mids: 7, watermark: 'x' } }],
    [{ sender: { id: '1' }, delivery: { mids: 7, watermark: 'x' } }],
    [{ recipient: null, message: { is_echo: true, attachments: 'x' } }],
    [{ recipient: { id: '1' }, message: { is_echo: true, attachments: [0] } }],
    [{ sender: { id: 7 }, read: 7 }],
  ])('that is a receipt, %j, is taken only with a signature', async (event) => {
    const body = JSON.stringify({
      object: 'page',
      entry: [{ messaging: [event] }],
    });
    expect((await post(body, {})).status).toBe(400);
    expect((await post(body, signed(body))).status).toBe(200);
  });

  it('of another method is answered 405', async () => {
    const answer = await fetch(webhook, { method: 'PUT', body: '{}' });
    expect(answer.status).toBe(405);
    expect(await messageOf(answer)).toMatch('GET and POST');
  });

  it('of another path is answered 404', async () => {
    const answer = await fetch(new URL('/elsewhere', webhook));
    expect(answer.status).toBe(404);
    expect(await messageOf(answer)).toMatch('/webhooks/messenger');
  });
});

describe('starting', () => {
  it.each([
    ['PORT', 'EMULATOR_PORT'],
    ['EMULATOR_PORT', 'PORT'],
  ])('names %s when its port is taken', async (taken, other) => {
    const blocker = http.createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const free = await freePort();
    const program = startProgram('node', START, {
      [taken]: String(port),
      [other]: String(free),
      CONSOLE_FILE,
    });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      new RegExp(
        `address already in use .*${port}. Set ${taken} to a free port.`,
      ),
    );
    await once(blocker.close(), 'close');
  });

  it('names a port that is none', async () => {
    const program = startProgram('node', START, { PORT: '5000x' });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch('PORT must be a port number');
  });

  it('names the credentials that are missing', async () => {
    const program = startProgram('node', START, {
      MESSENGER_ACCESS_TOKEN: 'TOKEN_OF_TESTS',
      MESSENGER_APP_ID: '1',
    });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      'not MESSENGER_APP_SECRET, MESSENGER_VERIFY_TOKEN',
    );
    expect(program.output()).not.toMatch('TOKEN_OF_TESTS');
  });
});

it('ends with the emulator on SIGTERM', async () => {
  expect(await Promise.all(ports.map(isTaken))).toEqual([true, true]);
  bot.signal('SIGTERM');
  expect(await bot.ended).toBe(0);
  expect(await Promise.all(ports.map(isTaken))).toEqual([false, false]);
});

/** A customer writes; resolves when the bot has answered so many times. */
async function answersTo(
  text: string,
  count: number,
  psid = 'customer',
): Promise<string[]> {
  const before = shown(await state(), psid).length;
  const said = await postJson('/_emulator/messages', { psid, text });
  expect(await said.json()).toMatchObject({ status: 200 });
  const now = await stateWhen(
    chatPage,
    (after) => shown(after, psid).length >= before + count,
  );
  return shown(now, psid).slice(before);
}

function postJson(path: string, body: object): Promise<Response> {
  return fetch(chatPage + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function state(): Promise<EmulatorState> {
  return stateWhen(chatPage, () => true);
}

function shown({ conversations }: EmulatorState, psid: string): string[] {
  return conversations
    .filter((conversation) => conversation.psid === psid)
    .flatMap(({ entries }) => entries)
    .filter(({ from }) => from !== 'user')
    .map((entry) => `${entry.persona?.name ?? 'Page'}: ${described(entry)}`);
}

function described({ message, senderAction }: ConversationEntry): string {
  if (senderAction) return `[${senderAction}]`;
  if (message?.text) return message.text;
  const { type } = message?.attachment as { type: string };
  return `[${type}]`;
}

function post(body: string, headers: Record<string, string>) {
  return fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

function signed(body: string): Record<string, string> {
  const digest = (algorithm: string) =>
    createHmac(algorithm, 'emulated-app-secret').update(body).digest('hex');
  return {
    'x-hub-signature': `sha1=${digest('sha1')}`,
    'x-hub-signature-256': `sha256=${digest('sha256')}`,
  };
}

async function messageOf(answer: Response): Promise<string> {
  const { error } = (await answer.json()) as { error: { message: string } };
  return error.message;
}
