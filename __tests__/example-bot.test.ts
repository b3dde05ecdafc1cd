import { createHmac } from 'node:crypto';
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { ConversationEntry, EmulatorState } from 'messenger-emulator';

import type { Browser, Page } from 'playwright-core';

import {
  describeInBrowser,
  launchBrowser,
} from '../packages/messenger-emulator/__tests__/support/browser';
import {
  freePorts,
  isTaken,
  startProgram,
  stateWhen,
  type Program,
} from './support/exampleBot';

const PAGE_NAME = "Jasper's Market";
const START = ['example-bot/run.js'];

let bot: Program;
let ports: [number, number];
let webhook: string;
let chatPage: string;

beforeAll(async () => {
  ports = await freePorts();
  const [PORT, EMULATOR_PORT] = ports.map(String) as [string, string];
  bot = startProgram('npm', ['start'], { PORT, EMULATOR_PORT });
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

  it('hi: the Page answers, with typing', async () => {
    expect(await answersTo('hi', 3)).toEqual([
      'Page: [typing_on]',
      'Page: [typing_off]',
      'Page: Hello! I am the bot of this Page. What can I do for you?',
    ]);
  });

  it('agent: Adam takes over, also for later events', async () => {
    expect(await answersTo('agent', 4)).toEqual([
      'Page: One moment, I am getting a colleague.',
      'Adam Z.: [typing_on]',
      'Adam Z.: [typing_off]',
      'Adam Z.: Hi, Adam here. I have read along: how can I help?',
    ]);
    expect(await answersTo('hi', 3)).toEqual([
      'Adam Z.: [typing_on]',
      'Adam Z.: [typing_off]',
      'Adam Z.: Hello again, I am still with you.',
    ]);
  });

  it('photo: who speaks sends the uploaded file', async () => {
    expect(await answersTo('photo', 2)).toEqual([
      'Adam Z.: [image]',
      "Adam Z.: This is this week's offer.",
    ]);
    const { requests } = await state();
    expect(requests.map(({ path }) => path)).toContain(
      '/me/message_attachments',
    );
  });

  it('specialist: somebody made on the fly answers and is gone', async () => {
    expect(await answersTo('specialist', 3)).toEqual([
      'Dr. Pear: [typing_on]',
      'Dr. Pear: [typing_off]',
      'Dr. Pear: A pear is ripe when its neck gives to your thumb.',
    ]);
    const { personas } = await stateWhen(chatPage, (now) =>
      now.personas.some(({ deleted }) => deleted),
    );
    expect(personas.map(({ name, deleted }) => [name, deleted])).toEqual([
      ['Adam Z.', false],
      ['Dr. Pear', true],
    ]);
  });

  it('bye: Adam leaves, and the Page answers from then on', async () => {
    expect(await answersTo('bye', 2)).toEqual([
      'Adam Z.: Goodbye, it was a pleasure.',
      'Page: You are with the bot again.',
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
    const answers = await answersTo('agent', 4, 'eva');
    expect(answers.at(-1)).toMatch(/^Page: Hi, Adam here/);
    expect(bot.output()).toMatch('refused for this customer');
  });

  it('belongs to one customer', async () => {
    await answersTo('agent', 4, 'another');
    expect((await answersTo('hi', 3)).at(-1)).toMatch(/^Page: /);
  });
});

let browser: Browser | undefined;
let chat: Page;
const complaints: string[] = [];
afterAll(async () => {
  await browser?.close();
  expect(complaints).toEqual([]);
});

async function open(url: string): Promise<Page> {
  browser ??= await launchBrowser();
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(url);
  return page;
}

/** The customer writes in the chat page. */
async function write(text: string): Promise<void> {
  await chat.getByTestId('composer-input').fill(text);
  await chat.getByTestId('composer-send').click();
}

/** Who is shown with this text, once it is there; the last, if there are several. */
async function speakerOf(text: string): Promise<string | null> {
  const found = chat.getByTestId('message').filter({ hasText: text }).last();
  await found.waitFor();
  return found.locator('..').getByTestId('face').getAttribute('aria-label');
}

/** Where the customer was told that a human has left. */
const backs = () => chat.getByText('You are with the bot again.');
let backsBefore = 0;

describeInBrowser('the agents’ console', () => {
  let agents: Page;
  let consoleUrl = '';

  beforeAll(async () => {
    chat = await open(chatPage);
    await chat.getByTestId('new-customer').click();
    [, consoleUrl = ''] = await bot.printed(/Answer as Adam at (\S+)/);
    agents = await open(consoleUrl);
    await agents.getByText('Nobody waits.').waitFor();
  });

  it('agent: the customer waits there, and the bot goes on', async () => {
    await write('agent');
    await agents.getByText('1 waiting').waitFor();
    expect(await speakerOf('I am getting a colleague')).toBe(PAGE_NAME);
    await write('photo');
    expect(await speakerOf("This is this week's offer")).toBe(PAGE_NAME);
    await agents.getByRole('listitem').getByText('photo').waitFor();
  });

  it('the human takes over: who types is seen typing, as Adam, and the bot is silent', async () => {
    await agents.getByRole('button', { name: 'Take over' }).click();
    await agents.getByText('Nobody waits.').waitFor();
    await write('hi');
    await agents
      .getByRole('listitem')
      .getByText('hi', { exact: true })
      .waitFor();

    const answer = agents.getByLabel('Answer as Adam');
    await answer.pressSequentially('I am hum');
    const typing = chat.getByTestId('typing');
    await typing.waitFor();
    expect(await typing.getAttribute('data-persona-name')).toBe('Adam Z.');
    await answer.pressSequentially('an, <b>hi</b>');
    await agents.getByRole('button', { name: 'Send' }).click();
    expect(await speakerOf('I am human, <b>hi</b>')).toBe('Adam Z.');
    await agents.getByRole('listitem').getByText('<b>hi</b>').waitFor();
    await typing.waitFor({ state: 'detached' });
    expect(await answer.inputValue()).toBe('');
    const greeting = chat.getByTestId('message').filter({ hasText: 'Hello!' });
    expect(await greeting.count()).toBe(0);
  });

  it('who stops typing is not seen typing any more', async () => {
    const answer = agents.getByLabel('Answer as Adam');
    await answer.pressSequentially('well');
    const typing = chat.getByTestId('typing');
    await typing.waitFor();
    await answer.fill('');
    await typing.waitFor({ state: 'detached' });
  });

  it('handed back, the customer is told that it is the bot again', async () => {
    await agents.getByRole('button', { name: 'Hand back' }).click();
    expect(await speakerOf('You are with the bot again.')).toBe(PAGE_NAME);
    await agents.getByRole('article').waitFor({ state: 'detached' });
    await write('hi');
    expect(await speakerOf('Hello! I am the bot of this Page.')).toBe(
      PAGE_NAME,
    );
  });

  it('another console sees who is taken, and cannot answer', async () => {
    const other = await open(consoleUrl);
    await write('agent');
    await other.getByText('1 waiting').waitFor();
    await agents.getByRole('button', { name: 'Take over' }).click();
    await other.getByText('Nobody waits.').waitFor();
    expect(await other.getByRole('button').count()).toBe(0);
    await other.close();
  });

  it('bye: the customer leaves the human', async () => {
    await write('bye');
    await agents.getByRole('article').waitFor({ state: 'detached' });
    expect(await speakerOf('You are with the bot again.')).toBe(PAGE_NAME);
  });

  it('opens to nobody without its address', async () => {
    const guessed = new URL('/console/', consoleUrl);
    expect((await fetch(guessed)).status).toBe(404);
    const say = { psid: 'customer', seat: 'mine', text: 'hi' };
    for (const what of ['take', 'say', 'typing', 'hand-back']) {
      const answer = await fetch(new URL(what, consoleUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(say),
      });
      expect([what, answer.status]).toEqual([what, 409]);
    }
  });

  it('left, does not lose its customer at once: it may be loaded again', async () => {
    await write('agent');
    await agents.getByRole('button', { name: 'Take over' }).click();
    await agents.getByText('Nobody waits.').waitFor();
    backsBefore = await backs().count();
    await agents.close();
    expect(await backs().count()).toBe(backsBefore);
  });
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
    const [free] = await freePorts();
    const program = startProgram('node', START, {
      [taken]: String(port),
      [other]: String(free),
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

// Some seconds after it was left: the tests between need longer than that.
describeInBrowser('the agents’ console that was left', () => {
  it('the bot takes over, and Adam has a canned answer', async () => {
    await backs().nth(backsBefore).waitFor();
    await write('agent');
    expect(await speakerOf('Hi, Adam here.')).toBe('Adam Z.');
    await write('bye');
    expect(await speakerOf('it was a pleasure')).toBe('Adam Z.');
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
  const hmac = createHmac('sha1', 'emulated-app-secret').update(body);
  return { 'x-hub-signature': `sha1=${hmac.digest('hex')}` };
}

async function messageOf(answer: Response): Promise<string> {
  const { error } = (await answer.json()) as { error: { message: string } };
  return error.message;
}
