import { GraphError, invalidParameter } from '../values/graphError';
import { toText, type Json, type JsonObject } from '../values/json';
import type { EntryMessage } from '../types';
import { resolveAttachment, resolveImages } from './attachments';
import type { PageCall } from './call';
import { checkQuickReplies } from './quickReplies';

/** docs/messenger-facts.md#send-api */
const MAX_TEXT_LENGTH = 2000;
const MAX_METADATA_LENGTH = 1000;

const MESSAGE_KEYS = [
  'text',
  'attachment',
  'attachments',
  'sticker_id',
  'quick_replies',
  'metadata',
];

/** A message as the customer sees it, and what the response to the sender adds. */
export interface Content {
  message: EntryMessage;
  /** The ID of a reusable attachment. */
  attachmentId?: string;
}

/** Reads `message`: a text, an attachment, several images or a sticker. */
export function readContent(call: PageCall): Content {
  const given = call.parameters.object('message') ?? {};
  checkKeys(given);
  const message: EntryMessage = { ...given };
  let attachmentId: string | undefined;
  const text = readText(given.text);
  if (text === undefined) delete message.text;
  else message.text = text;
  if (given.attachment) {
    if (text !== undefined) throw textAndAttachment();
    const { id, ...attachment } = resolveAttachment(call, given.attachment);
    message.attachment = attachment;
    attachmentId = id;
  } else {
    delete message.attachment;
  }
  if (given.attachments) {
    message.attachments = resolveImages(call, given.attachments);
  }
  checkSticker(given.sticker_id);
  checkNotEmpty(message);
  if (given.quick_replies) checkQuickReplies(given.quick_replies);
  const metadata = toText(given.metadata) ?? '';
  if (metadata.length > MAX_METADATA_LENGTH) {
    throw invalidParameter(
      `Length of param message[metadata] must be less than or equal to ${MAX_METADATA_LENGTH}`,
    );
  }
  return { message, attachmentId };
}

/** Quotes Messenger's error: docs/messenger-facts.md#invalid-keys */
function checkKeys(given: JsonObject): void {
  const unknown = Object.keys(given).filter(
    (key) => !MESSAGE_KEYS.includes(key),
  );
  if (unknown.length === 0) return;
  throw invalidParameter(
    `Invalid keys "${unknown.join(', ')}" were found in param "message".`,
  );
}

/** docs/messenger-facts.md#text-or-attachment */
function textAndAttachment(): GraphError {
  return new GraphError(
    '(#100) Only one of text or attachment can be specified',
    { subcode: 2018018 },
  );
}

/** docs/messenger-facts.md#empty-message */
function checkNotEmpty(message: EntryMessage): void {
  const isEmpty = ['text', 'attachment', 'attachments', 'sticker_id'].every(
    (key) => message[key] === undefined,
  );
  if (!isEmpty) return;
  throw new GraphError(
    '(#100) Message cannot be empty, must provide valid attachment or text',
    { subcode: 2018034 },
  );
}

/** Messenger's answer to an invalid ID is undocumented. */
function checkSticker(value: Json | undefined): void {
  if (value === undefined || /^\d{1,20}$/.test(toText(value) ?? '')) return;
  throw invalidParameter(
    'Param message[sticker_id] must be the ID of a sticker',
  );
}

function readText(value: Json | undefined): string | undefined {
  const text = toText(value);
  if (text === undefined || text === '') return undefined;
  if ([...text].length > MAX_TEXT_LENGTH) {
    throw invalidParameter(
      `Length of param message[text] must be less than or equal to ${MAX_TEXT_LENGTH}`,
    );
  }
  return text;
}
