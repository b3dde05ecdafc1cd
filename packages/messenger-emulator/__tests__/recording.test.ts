import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import fc from 'fast-check';
import {
  startMessengerEmulator,
  type MessengerEmulator,
  type Recording,
} from 'messenger-emulator';

import { diffLines } from '../src/recording/diffLines';
import { APP, PAGE, PSID } from './support/emulated';
import { Installed } from './support/installed';
import { startPlainBot, type Answer, type PlainBot } from './support/plainBot';

/** Answers as a persona of its own, made anew for each message. */
const answerWith =
  (greeting: string): Answer =>
  async ({ sender, message, postback }, graph) => {
    const recipient = { id: sender.id };
    const said = message?.text ?? postback?.title;
    if (said === undefined) return;
    const { id } = await graph('POST', '/me/personas', {
      name: 'Adam',
      profile_picture_url: 'https://pictures.test/adam.png',
    });
    await graph('POST', '/me/messages', {
      recipient,
      message: { text: `${greeting} (${said})` },
      persona_id: id,
    });
    await graph('POST', '/me/messages', {
      recipient,
      message: {
        text: 'What next?',
        quick_replies: [{ content_type: 'text', title: 'Go', payload: 'GO' }],
      },
    });
  };

let emulator: MessengerEmulator;
let bot: PlainBot;

async function start(answer: Answer): Promise<void> {
  bot = await startPlainBot(PAGE.accessToken, () => emulator.origin, answer);
  emulator = await startMessengerEmulator({
    ...APP,
    webhookUrl: bot.webhookUrl,
    pages: [PAGE],
  });
}

async function stop(): Promise<void> {
  await emulator.close();
  await bot.close();
}

async function converse(): Promise<void> {
  const { customer } = emulator;
  await customer.openLink(PSID, { ref: 'poster' });
  await emulator.say(PSID, { postback: { title: 'Start', payload: 'START' } });
  const { mid } = await emulator.say(PSID, 'helo');
  await customer.edit(PSID, mid, 'hello');
  await customer.press(PSID, 'GO');
  await customer.react(PSID, mid, '👍');
  await customer.unreact(PSID, mid);
  await customer.linkAccount(PSID, 'code');
  await customer.optIn(PSID, { type: 'send_to_messenger', ref: 'site' });
  await customer.openLink(PSID, { ref: 'again' });
  await emulator.say(PSID, { sticker_id: '369239263222822' });
  await emulator.say(PSID, {
    attachments: [{ type: 'image', payload: { url: 'https://a.test/a.png' } }],
  });
}

test('a recorded conversation is repeated with the same answers', async () => {
  await start(answerWith('Hi'));
  await converse();
  const recording = emulator.recording();
  const kinds = recording.turns.map(({ customer }) => Object.keys(customer)[0]);
  expect(kinds).toEqual([
    'postback',
    'message',
    'edit',
    'message',
    'reaction',
    'reaction',
    'account_linking',
    'optin',
    'referral',
    'message',
    'message',
  ]);
  expect(recording.turns[0]).toEqual({
    pageId: PAGE.id,
    psid: PSID,
    customer: {
      postback: {
        title: 'Start',
        payload: 'START',
        referral: { ref: 'poster', source: 'SHORTLINK', type: 'OPEN_THREAD' },
      },
    },
    bot: [
      { as: 'Adam', message: { text: 'Hi (Start)' } },
      {
        as: null,
        message: {
          text: 'What next?',
          quick_replies: [{ content_type: 'text', title: 'Go', payload: 'GO' }],
        },
      },
    ],
  });
  await stop();

  await start(answerWith('Hi'));
  const file = JSON.parse(JSON.stringify(recording)) as Recording;
  await emulator.replay(file);
  expect(emulator.recording()).toEqual(recording);
  expect(bot.events.filter(({ postback }) => postback)).toHaveLength(1);
  await stop();
});

test('a bot that answers differently is reported with the difference', async () => {
  await start(answerWith('Hi'));
  await emulator.say(PSID, 'hi');
  const recording = emulator.recording();
  await stop();

  await start(answerWith('Good day'));
  const error = await emulator.replay(recording).catch(String);
  expect(error).toContain(`  ${PSID}: hi`);
  expect(error).toContain('-     Adam: Hi (hi)');
  expect(error).toContain('+     Adam: Good day (hi)');
  await stop();
});

test.each<[string, Answer, string]>([
  ['too little', () => Promise.resolve(), '-     Page: Hi'],
  [
    'too much',
    async ({ sender }, graph) => {
      for (const text of ['Hi', 'there']) {
        const recipient = { id: sender.id };
        await graph('POST', '/me/messages', { recipient, message: { text } });
      }
    },
    '+     Page: there',
  ],
])('a bot that says %s is reported', async (_, answer, line) => {
  await start(answer);
  const turn = {
    pageId: PAGE.id,
    psid: PSID,
    customer: { message: { text: 'hi' } },
  };
  const bots = [{ as: null, message: { text: 'Hi' } }];
  const replayed = emulator.replay(
    { format: 'messenger-emulator/1', turns: [{ ...turn, bot: bots }] },
    100,
  );
  await expect(replayed).rejects.toThrow(line);
  await stop();
});

test('only a whole recording is replayed, and only in an empty emulator', async () => {
  await start(answerWith('Hi'));
  for (const [wrong, name] of [
    [{}, 'recording.format'],
    [{ format: 'messenger-emulator/1' }, 'recording.turns'],
    [{ format: 'messenger-emulator/1', turns: [{}] }, 'recording.turns[0].bot'],
    [
      {
        format: 'messenger-emulator/1',
        turns: [{ pageId: '1', psid: '2', bot: [], customer: { dance: {} } }],
      },
      'recording.turns[0].customer.dance',
    ],
  ] as [unknown, string][]) {
    const replayed = (async () => emulator.replay(wrong as Recording))();
    await expect(replayed).rejects.toThrow(name);
  }
  await emulator.say(PSID, 'hi');
  const again = emulator.replay(emulator.recording());
  await expect(again).rejects.toThrow('without conversations');
  await stop();
});

test('waitFor prints what changed while it waited', async () => {
  await start(answerWith('Hi'));
  await emulator.say(PSID, 'before');
  const waiting = emulator.waitFor(() => false, 300).catch(String);
  await emulator.say(PSID, 'meanwhile');
  const error = await waiting;
  expect(error).toContain(`\n    ${PSID} customer: before`);
  expect(error).toContain(`\n+   ${PSID} customer: meanwhile`);
  expect(error).toContain(`\n+   ${PSID} Adam: Hi (meanwhile)`);
  await stop();
});

test('the difference of two lists rebuilds both', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = diffLines(before, after);
      const side = (sign: string) =>
        diff
          .filter((line) => line[0] === ' ' || line[0] === sign)
          .map((line) => line.slice(2));
      expect(side('-')).toEqual(before);
      expect(side('+')).toEqual(after);
    }),
  );
});

describe('the commands record and replay', () => {
  let installed: Installed;
  let folder: string;
  beforeAll(() => {
    installed = new Installed();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recording-'));
  });
  afterAll(async () => {
    await installed.remove();
    fs.rmSync(folder, { recursive: true });
  });

  /** With a bot that finds the emulator at the address that it prints. */
  async function withBot(greeting: string) {
    let origin = '';
    const answering = await startPlainBot(
      'emulator-page-access-token',
      () => origin,
      answerWith(greeting),
    );
    return { answering, find: (found: string) => (origin = found) };
  }

  test('write a conversation to a file, and compare another bot with it', async () => {
    const file = path.join(folder, 'conversation.json');
    const { answering, find } = await withBot('Hi');
    const running = installed.start(
      ...['record', '--to', file, '--port', '0'],
      ...['--webhook', answering.webhookUrl],
    );
    const [, origin = ''] = await running.printed(/MESSENGER_ORIGIN=(.*)\n/);
    find(origin);
    await fetch(`${origin}/_emulator/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ psid: '1001', text: 'hi' }),
    });
    running.kill('SIGTERM');
    const recorded = await running.ended;
    expect(recorded).toMatchObject({ status: 0, stderr: '' });
    expect(recorded.stdout).toContain(`Turns written to ${file}: 1.`);

    const { port } = new URL(origin);
    const replay = ['replay', file, '--port', port];
    const same = await installed.start(
      ...[...replay, '--webhook', answering.webhookUrl],
    ).ended;
    expect(same).toMatchObject({ status: 0, stderr: '' });
    expect(same.stdout).toContain('1 turns, answered as recorded.');
    await answering.close();

    const changed = await withBot('Good day');
    changed.find(origin);
    const other = await installed.start(
      ...[...replay, '--webhook', changed.answering.webhookUrl],
    ).ended;
    expect(other).toMatchObject({ status: 1, stdout: '' });
    expect(other.stderr).toContain(
      '-     Adam: Hi (hi)\n+     Adam: Good day (hi)',
    );
    await changed.answering.close();
  });

  test('a file that cannot be written is found before anything is recorded', async () => {
    const file = path.join(folder, 'missing', 'conversation.json');
    const args = ['record', '--to', file, '--port', '0'];
    const { status, stdout, stderr } = await installed.start(...args).ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`--to ${file}: ENOENT`);
  });

  test.each([
    [['record'], "'--to <file>'"],
    [['replay'], "'file'"],
    [['replay', 'missing.json'], 'missing.json'],
    [['replay', __filename], 'JSON'],
    [['replay', 'x', '--timeout', 'soon'], '--timeout'],
  ])('%j is wrong usage', async (args, message) => {
    const { status, stderr } = await installed.start(...args).ended;
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
