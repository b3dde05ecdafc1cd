import { fail } from '../values/checks';
import {
  getProperty,
  isObject,
  toText,
  type Json,
  type JsonObject,
} from '../values/json';
import type { Customers } from '../world/customers';
import type { World } from '../world/world';
import { diffLines } from './diffLines';
import type { RecordedStep, RecordedTurn, Recording } from '../types';
import { recordingOf, transcriptOf } from './recording';

/** How long an answer too many may take to be noticed, in milliseconds. */
const LAST_WAIT_MS = 250;

type WaitUntil = (isDone: () => boolean, timeoutMs: number) => Promise<boolean>;

/**
 * Repeats what the customers of a recording did, and compares what the bot
 * answers with what it answered then.
 *
 * @param waitUntil resolves with whether the condition came true in time
 * @param timeoutMs how long the bot may take for each turn
 * @throws {Error} with the difference, as soon as an answer is missing or at the end.
 */
export async function replay(
  recording: Recording,
  world: World,
  customers: Customers,
  waitUntil: WaitUntil,
  timeoutMs: number,
): Promise<void> {
  const { conversations } = world.state();
  if (conversations.some(({ entries }) => entries.length > 0)) {
    throw new Error(
      'Messenger emulator: a recording is replayed in an emulator without conversations; call `reset` first',
    );
  }
  for (const [i, turn] of recording.turns.entries()) {
    const before = botMessages(world, turn);
    await takeStep(customers, world, turn);
    const isAnswered = () =>
      botMessages(world, turn) - before >= turn.bot.length;
    if (await waitUntil(isAnswered, timeoutMs)) continue;
    compare(recording, world, i + 1);
  }
  const lines = transcriptOf(recording).length;
  const isLonger = () =>
    transcriptOf(recordingOf(world.state(), world.origin)).length > lines;
  await waitUntil(isLonger, LAST_WAIT_MS);
  compare(recording, world, recording.turns.length);
}

function compare(recording: Recording, world: World, played: number): void {
  const turns = recording.turns.slice(0, played);
  const expected = transcriptOf({ ...recording, turns });
  const actual = transcriptOf(recordingOf(world.state(), world.origin));
  const isSame = expected.join('\n') === actual.join('\n');
  if (isSame) return;
  throw new Error(
    [
      `Messenger emulator: the bot's answers differ from the recording (- recorded, + now), up to turn ${played} of ${recording.turns.length}:`,
      ...diffLines(expected, actual),
    ].join('\n'),
  );
}

function botMessages(world: World, { pageId, psid }: RecordedTurn): number {
  return entriesOf(world, pageId, psid).filter(
    ({ from, message, app_id }) =>
      from !== 'user' && message !== undefined && app_id === undefined,
  ).length;
}

function entriesOf(world: World, pageId: string, psid: string) {
  return (
    world.conversations
      .ofPage(pageId)
      .find((conversation) => conversation.psid === psid)?.entries ?? []
  );
}

/** Does what the customer did. */
async function takeStep(
  customers: Customers,
  world: World,
  { pageId, psid, customer }: RecordedTurn,
): Promise<void> {
  const options = { pageId };
  const { message, postback, optin, referral, account_linking } = customer;
  const midOf = (index: number): string =>
    entriesOf(world, pageId, psid).flatMap(({ mid }) => mid ?? [])[index] ??
    fail('recording', 'about messages that exist in the conversation');
  if (message) {
    await customers.say(
      psid,
      toCustomerMessage(message, world.origin),
      options,
    );
  } else if (postback) {
    const { referral: arrival, ...button } = postback;
    if (isObject(arrival)) {
      await customers.actions.openLink(psid, linkOf(arrival), options);
    }
    await customers.say(psid, { postback: button }, options);
  } else if (optin) {
    const type =
      optin.type ?? (optin.user_ref ? 'checkbox' : 'send_to_messenger');
    await customers.actions.optIn(psid, { ...optin, type }, options);
  } else if (referral) {
    await customers.actions.openLink(psid, linkOf(referral), options);
  } else if (account_linking) {
    const code = toText(account_linking.authorization_code);
    if (code === undefined) await customers.accounts.unlink(psid, options);
    else await customers.accounts.link(psid, code, options);
  } else {
    await changeMessage(customers, psid, customer, midOf, options);
  }
}

async function changeMessage(
  customers: Customers,
  psid: string,
  { reaction, edit }: RecordedStep,
  midOf: (index: number) => string,
  options: { pageId: string },
): Promise<void> {
  const { actions } = customers;
  if (edit) {
    await actions.edit(psid, midOf(edit.message), edit.text, options);
  } else if (reaction?.emoji !== undefined) {
    const { message, emoji } = reaction;
    await actions.react(psid, midOf(message), emoji, options);
  } else if (reaction) {
    await actions.unreact(psid, midOf(reaction.message), options);
  }
}

/** Stickers come in as attachments, and are sent by their ID. */
function toCustomerMessage(message: JsonObject, origin: string): JsonObject {
  const { attachments, ...others } = message;
  if (!Array.isArray(attachments)) return others;
  const stickers = attachments.flatMap(
    (each) => payloadField(each, 'sticker_id') ?? [],
  );
  const files = attachments.filter(
    (each) => payloadField(each, 'sticker_id') === undefined,
  );
  return {
    ...others,
    ...(stickers[0] === undefined ? {} : { sticker_id: stickers[0] }),
    ...(files.length === 0
      ? {}
      : { attachments: files.map((file) => withOrigin(file, origin)) }),
  };
}

/** A file that the recording emulator kept has an address at this one; it is not there. */
function withOrigin(attachment: Json, origin: string): Json {
  const url = payloadField(attachment, 'url');
  if (
    !isObject(attachment) ||
    typeof url !== 'string' ||
    !url.startsWith('/')
  ) {
    return attachment;
  }
  const { payload } = attachment;
  return {
    ...attachment,
    payload: { ...(isObject(payload) ? payload : {}), url: origin + url },
  };
}

function payloadField(attachment: Json, name: string): Json | undefined {
  const payload = isObject(attachment)
    ? getProperty(attachment, 'payload')
    : undefined;
  return isObject(payload) ? getProperty(payload, name) : undefined;
}

function linkOf({ ref, source, ad_id }: JsonObject): JsonObject {
  return { ref, source, ad_id };
}
