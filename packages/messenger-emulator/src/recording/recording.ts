import {
  checkFields,
  checkId,
  checkInteger,
  checkKnown,
  checkText,
  fail,
} from '../values/checks';
import { isObject, toText, type Json, type JsonObject } from '../values/json';
import type {
  ConversationEntry,
  ConversationState,
  EmulatorState,
  RecordedMessage,
  RecordedStep,
  RecordedTurn,
  Recording,
} from '../types';

const FORMAT = 'messenger-emulator/1';
const MAX_TURNS = 10_000;
const STEP_KINDS = [
  'message',
  'postback',
  'optin',
  'referral',
  'account_linking',
  'reaction',
  'edit',
] as const;

/**
 * The conversations of a state, in the order of the customers' steps. What the
 * bot says before a customer's first step is omitted.
 *
 * @param origin the emulator's, which is removed from URLs
 */
export function recordingOf(
  { conversations }: Pick<EmulatorState, 'conversations'>,
  origin: string,
): Recording {
  const turns = conversations
    .flatMap((conversation) => turnsOf(conversation, origin))
    .sort((a, b) => a.at - b.at)
    .map(({ turn }) => turn);
  return { format: FORMAT, turns };
}

function turnsOf(
  { psid, pageId, entries }: ConversationState,
  origin: string,
): { at: number; turn: RecordedTurn }[] {
  const mids = entries.flatMap(({ mid }) => mid ?? []);
  const turns: { at: number; turn: RecordedTurn }[] = [];
  for (const entry of entries) {
    if (entry.from === 'user') {
      const customer = stepOf(entry, mids, origin);
      turns.push({
        at: entry.at,
        turn: { pageId, psid, customer, bot: [] },
      });
    } else if (entry.message && entry.app_id === undefined) {
      turns.at(-1)?.turn.bot.push({
        as: entry.persona?.name ?? null,
        message: withoutIds(entry.message, origin) as JsonObject,
      });
    }
  }
  return turns;
}

function stepOf(
  entry: ConversationEntry,
  mids: string[],
  origin: string,
): RecordedStep {
  const { message, postback, optin, referral, account_linking } = entry;
  if (entry.reaction) {
    const { mid, emoji } = entry.reaction;
    return {
      reaction: {
        message: mids.indexOf(mid),
        ...(emoji === undefined ? {} : { emoji }),
      },
    };
  }
  if (entry.edit) {
    const { mid, text } = entry.edit;
    return { edit: { message: mids.indexOf(mid), text } };
  }
  return {
    ...(message === undefined
      ? {}
      : { message: withoutIds(message, origin) as JsonObject }),
    ...(postback === undefined
      ? {}
      : {
          postback: {
            title: postback.title,
            payload: postback.payload,
            ...(postback.referral === undefined
              ? {}
              : { referral: { ...postback.referral } }),
          },
        }),
    ...(optin === undefined ? {} : { optin: optInWithoutToken(optin) }),
    ...(referral === undefined ? {} : { referral: { ...referral } }),
    ...(account_linking === undefined
      ? {}
      : { account_linking: { ...account_linking } }),
  };
}

/** Tokens are made anew at each opt-in. */
function optInWithoutToken({
  ref,
  user_ref,
  type,
  payload,
  title,
}: NonNullable<ConversationEntry['optin']>): JsonObject {
  return JSON.parse(
    JSON.stringify({ ref, user_ref, type, payload, title }),
  ) as JsonObject;
}

/** Attachment IDs, and the addresses of files that the emulator keeps, differ each time. */
function withoutIds(value: Json | undefined, origin: string): Json {
  if (Array.isArray(value))
    return value.map((each) => withoutIds(each, origin));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(
          ([key, inner]) => key !== 'attachment_id' && inner !== undefined,
        )
        .map(([key, inner]) => [key, withoutIds(inner, origin)]),
    );
  }
  if (typeof value !== 'string' || !value.startsWith(origin))
    return value ?? null;
  return value
    .slice(origin.length)
    .replace(/^(\/_emulator\/attachments\/)\d+$/, '$1…');
}

/** The lines of a readable transcript. */
export function transcriptOf({ turns }: Recording): string[] {
  return turns.flatMap(({ psid, customer, bot }) => [
    `${psid}: ${stepText(customer)}`,
    ...bot.map(
      ({ as, message }) => `    ${as ?? 'Page'}: ${messageText(message)}`,
    ),
  ]);
}

function stepText(step: RecordedStep): string {
  const { message, postback } = step;
  if (message) return messageText(message);
  return postback ? `[${toText(postback.title) ?? ''}]` : JSON.stringify(step);
}

function messageText(message: JsonObject): string {
  const { text, ...others } = message;
  const rest = Object.keys(others).length > 0 ? JSON.stringify(others) : '';
  return [toText(text), rest].filter(Boolean).join(' ');
}

/**
 * Checks a recording that was read from a file.
 *
 * @throws {TypeError} naming the wrong field, as `recording.turns[0].psid`.
 */
export function readRecording(given: unknown): Recording {
  const recording = checkFields(given, 'recording');
  checkKnown(recording, ['format', 'turns'], 'recording.');
  if (recording.format !== FORMAT) fail('recording.format', `"${FORMAT}"`);
  const { turns } = recording;
  if (!Array.isArray(turns) || turns.length > MAX_TURNS) {
    fail('recording.turns', `a list of at most ${MAX_TURNS}`);
  }
  return {
    format: FORMAT,
    turns: turns.map((turn, i) => readTurn(turn, `recording.turns[${i}]`)),
  };
}

function readTurn(given: Json, name: string): RecordedTurn {
  const turn = checkFields(given, name);
  checkKnown(turn, ['pageId', 'psid', 'customer', 'bot'], `${name}.`);
  if (!Array.isArray(turn.bot)) fail(`${name}.bot`, 'a list of messages');
  return {
    pageId: checkId(turn.pageId, `${name}.pageId`),
    psid: checkId(turn.psid, `${name}.psid`),
    customer: readStep(turn.customer, `${name}.customer`),
    bot: turn.bot.map((message, i) =>
      readMessage(message, `${name}.bot[${i}]`),
    ),
  };
}

function readMessage(given: Json, name: string): RecordedMessage {
  const said = checkFields(given, name);
  checkKnown(said, ['as', 'message'], `${name}.`);
  return {
    as: said.as === null ? null : checkText(said.as, `${name}.as`),
    message: checkFields(said.message, `${name}.message`),
  };
}

function readStep(given: unknown, name: string): RecordedStep {
  const step = checkFields(given, name);
  checkKnown(step, STEP_KINDS, `${name}.`);
  const kinds = STEP_KINDS.filter((kind) => step[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    fail(name, `given one of ${STEP_KINDS.join(', ')}`);
  }
  const fields = checkFields(step[kind], `${name}.${kind}`);
  if (kind !== 'reaction' && kind !== 'edit') return { [kind]: fields };
  const message = checkInteger(
    fields.message,
    `${name}.${kind}.message`,
    0,
    Number.MAX_SAFE_INTEGER,
  );
  if (kind === 'edit') {
    return {
      edit: { message, text: checkText(fields.text, `${name}.edit.text`) },
    };
  }
  const { emoji } = fields;
  return {
    reaction: {
      message,
      ...(emoji === undefined
        ? {}
        : { emoji: checkText(emoji, `${name}.reaction.emoji`) }),
    },
  };
}
