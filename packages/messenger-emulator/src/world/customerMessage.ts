import {
  checkFields,
  checkHttpUrl,
  checkId,
  checkKnown,
  checkText,
  fail,
} from '../values/checks';
import { newMessageId } from '../values/ids';
import { toText, type Json, type JsonObject } from '../values/json';
import type { ConversationEntry, EntryMessage } from '../types';

/** The types whose payload is a URL. */
const MEDIA_TYPES = ['image', 'audio', 'video', 'file'];

/**
 * Validates a customer's message, and converts it to an entry.
 *
 * @param origin the emulator's, for pictures of stickers
 * @throws {TypeError} naming the wrong field.
 */
export function readCustomerMessage(
  said: unknown,
  at: number,
  origin: string,
): ConversationEntry {
  const base = {
    from: 'user',
    persona: null,
    mid: newMessageId(),
    at,
  } as const;
  if (typeof said === 'string') {
    return { ...base, message: { text: checkText(said, 'message') } };
  }
  const fields = checkFields(said, 'message');
  if ('postback' in fields) {
    checkKnown(fields, ['postback'], 'message.');
    const postback = checkFields(fields.postback, 'message.postback');
    const title = checkText(postback.title, 'message.postback.title');
    const payload = checkText(postback.payload, 'message.postback.payload');
    return { ...base, postback: { title, payload } };
  }
  if ('optin' in fields) {
    checkKnown(fields, ['optin'], 'message.');
    const optin = checkFields(fields.optin, 'message.optin');
    const ref = checkText(optin.ref, 'message.optin.ref');
    const userRef = checkId(optin.user_ref, 'message.optin.user_ref');
    return { ...base, optin: { ref, user_ref: userRef } };
  }
  return { ...base, message: messageOf(fields, origin) };
}

function messageOf(fields: JsonObject, origin: string): EntryMessage {
  checkKnown(
    fields,
    ['text', 'quick_reply', 'attachments', 'sticker_id'],
    'message.',
  );
  const { text, quick_reply: quickReply, sticker_id: stickerId } = fields;
  const attachments: Json[] = [
    ...(stickerId === undefined ? [] : [stickerOf(stickerId, origin)]),
    ...(fields.attachments === undefined
      ? []
      : readAttachments(fields.attachments)),
  ];
  if (quickReply !== undefined && text === undefined) {
    fail('message.text', 'given with a quick reply');
  }
  if (text === undefined && attachments.length === 0) {
    fail('message', 'a text, attachments, a sticker or a postback');
  }
  return {
    ...(text === undefined ? {} : { text: checkText(text, 'message.text') }),
    ...(quickReply === undefined
      ? {}
      : { quick_reply: readQuickReply(quickReply) }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

function readQuickReply(value: Json): JsonObject {
  const { payload } = checkFields(value, 'message.quick_reply');
  return { payload: checkText(payload, 'message.quick_reply.payload') };
}

function readAttachments(value: Json): Json[] {
  if (!Array.isArray(value) || value.length === 0) {
    fail('message.attachments', 'a list of at least one attachment');
  }
  return value.map((each, i) => {
    const name = `message.attachments[${i}]`;
    const attachment = checkFields(each, name);
    checkKnown(attachment, ['type', 'payload'], `${name}.`);
    const type = checkText(attachment.type, `${name}.type`);
    const payload = checkFields(attachment.payload, `${name}.payload`);
    if (MEDIA_TYPES.includes(type)) {
      checkHttpUrl(payload.url, `${name}.payload.url`);
    }
    return { type, payload };
  });
}

/** docs/messenger-facts.md#stickers */
function stickerOf(id: Json, origin: string): JsonObject {
  const digits = toText(id) ?? '';
  if (!/^\d{1,20}$/.test(digits)) {
    fail('message.sticker_id', 'the ID of a sticker');
  }
  const number = Number(digits);
  return {
    type: 'sticker',
    payload: {
      url: `${origin}/_emulator/pictures/sticker`,
      sticker_id: Number.isSafeInteger(number) ? number : digits,
    },
  };
}
