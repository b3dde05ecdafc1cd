/**
 * The calls of Meta's handover sample, in its order and without waiting for one
 * another, in words of our own: github.com/fbsamples/messenger-platform-samples,
 * folder handover_protocol, as of commit 09c9387 (2025-05-06).
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from 'messenger-emulator';
import {
  APP,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

/** A number, as the sample has it. */
const INBOX = 263902037430900;

interface SampleEvent {
  sender: { id: string };
  message?: { quick_reply?: { payload: string }; is_echo?: boolean };
  pass_thread_control?: JsonObject;
}

let emulated: Emulated;
let bot: http.Server;
/** The calls that the bot has not had an answer to. */
let calls: Promise<unknown>[] = [];

beforeEach(async () => {
  emulated = await startEmulated();
  bot = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const { entry } = JSON.parse(text) as {
        entry: { messaging?: SampleEvent[]; standby?: SampleEvent[] }[];
      };
      for (const event of entry[0]?.standby ?? []) onStandby(event);
      for (const event of entry[0]?.messaging ?? []) onMessaging(event);
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve));
  const { port } = bot.address() as AddressInfo;
  emulated.emulator.setWebhookUrl(`http://127.0.0.1:${port}/webhook`);
});

afterEach(async () => {
  await emulated.close();
  bot.closeAllConnections();
  await new Promise((resolve) => bot.close(resolve));
});

function call(path: string, payload: object): void {
  const url = `${emulated.emulator.origin}/me${path}?access_token=${PAGE.accessToken}`;
  calls.push(
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    }),
  );
}

function offer(psid: string, text: string, title: string, payload: string) {
  call('/messages', {
    recipient: { id: psid },
    message: {
      text,
      quick_replies: [{ content_type: 'text', title, payload }],
    },
  });
}

function onStandby({ sender, message }: SampleEvent): void {
  if (message?.quick_reply?.payload !== 'take_from_inbox') return;
  offer(sender.id, 'Taking control back.', 'Pass to Inbox', 'pass_to_inbox');
  call('/take_thread_control', { recipient: { id: sender.id } });
}

function onMessaging({ sender, message, ...event }: SampleEvent): void {
  if (message?.quick_reply?.payload === 'pass_to_inbox') {
    offer(sender.id, 'Passing control.', 'Take From Inbox', 'take_from_inbox');
    call('/pass_thread_control', {
      recipient: { id: sender.id },
      target_app_id: INBOX,
    });
  } else if (event.pass_thread_control) {
    offer(sender.id, 'You passed back.', 'Pass to Inbox', 'pass_to_inbox');
  } else if (message && !message.is_echo) {
    offer(sender.id, 'Welcome!', 'Pass to Inbox', 'pass_to_inbox');
  }
}

/** Lets the customer or the inbox act, and the bot's calls be answered. */
async function play(act: () => Promise<unknown>): Promise<void> {
  await act();
  await Promise.all(calls);
  calls = [];
}

function shown() {
  const [conversation] = emulated.emulator.state().conversations;
  return {
    owner: conversation?.threadOwner,
    last: conversation?.entries.at(-1)?.message?.text,
  };
}

test("Meta's handover sample passes control to the inbox and back", async () => {
  const { emulator } = emulated;
  await play(() => emulator.say(PSID, 'hi'));
  expect(shown()).toEqual({ owner: APP.appId, last: 'Welcome!' });

  await play(() => emulator.customer.press(PSID, 'pass_to_inbox'));
  expect(shown()).toEqual({ owner: String(INBOX), last: 'Passing control.' });

  await play(() => emulator.customer.press(PSID, 'take_from_inbox'));
  expect(shown().owner).toBe(APP.appId);
  // The sample writes before it has taken the thread: the one call that may be refused.
  const refused = emulator.state().requests.filter(({ error }) => error);
  expect(refused.map(({ path }) => path)).toEqual(
    refused.map(() => '/me/messages'),
  );
  expect(refused.length).toBeLessThan(2);

  await play(() => emulator.say(PSID, 'hi again'));
  expect(shown()).toEqual({ owner: APP.appId, last: 'Welcome!' });
  await play(() => emulator.customer.press(PSID, 'pass_to_inbox'));
  await play(() => emulator.inbox.answer(PSID, 'A person here.'));
  await play(() => emulator.inbox.pass(PSID));
  expect(shown()).toEqual({ owner: APP.appId, last: 'You passed back.' });
});
