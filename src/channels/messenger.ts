import { ReadStream } from 'node:fs';

import { isTransient, readGraphFailure } from '../graph/graphFailure';
import type { Refusal } from '../refusals/refusals';
import { isObject } from '../util/isObject';

import {
  fieldsAt,
  isFields,
  readMessage,
  type Channel,
  type MessageCall,
  type MessageFile,
} from './channel';

/** Methods of MessengerClient whose options are not their third argument. */
const OPTIONS_POSITION = new Map([
  ['sendButtonTemplate', 3],
  ['typingOn', 1],
  ['typingOff', 1],
]);

/** Methods that take the contents of a file, with the kind of attachment that they make. */
const FILE_TYPES = new Map<string, MessageFile['type']>([
  ['sendImage', 'image'],
  ['sendAudio', 'audio'],
  ['sendVideo', 'video'],
  ['sendFile', 'file'],
]);

/** A message carries a persona's ID, which exists on the Page. */
export const messenger: Channel = {
  platform: 'messenger',
  sendMethods: /^(send(?!Batch)|typing)/,
  clientMethod: 'sendText',
  senderActionMethod: 'sendSenderAction',
  rememberedMethods: ['typing', 'sendSenderAction'],
  requestQueue: '_batchQueue',
  carriesId: true,
  read,
  readRefusal,
};

/** Bottender's console shows what Messenger would be sent. */
export const consoleChannel: Channel = { ...messenger, platform: 'console' };

/**
 * Reads the calls of MessengerClient that send: `(recipient, content, options)`.
 * A batch is sent as it is.
 *
 * @see https://github.com/Yoctol/messaging-apis/tree/master/packages/messaging-api-messenger
 */
function read(
  method: string,
  args: readonly unknown[],
): MessageCall | undefined {
  if (method === '_batchQueue.push') return readRequest(args);
  if (method === 'sendRawBody') return readBody(args);
  if (!/^(send|typingO)/.test(method) || method === 'sendBatch') {
    return undefined;
  }
  const at =
    OPTIONS_POSITION.get(method) ??
    // Methods that are not known here take their options last.
    Math.max(2, args.length - 1);
  const [recipient, content] = args;
  const call =
    method === 'sendMessage'
      ? readTextMessage(args)
      : readMessage(args, at, method === 'sendText' ? 1 : NO_TEXT);
  const { accessToken } = fieldsAt(args, at);
  const addressed = { ...call, recipient, accessToken };
  if (method === 'sendSenderAction') {
    return { ...addressed, senderAction: String(content) };
  }
  if (method.startsWith('typing')) {
    const senderAction = method === 'typingOn' ? 'typing_on' : 'typing_off';
    return { ...addressed, senderAction };
  }
  const type = FILE_TYPES.get(method);
  return type && (Buffer.isBuffer(content) || content instanceof ReadStream)
    ? { ...addressed, file: { type, contents: content } }
    : addressed;
}

/** No argument has this position. */
const NO_TEXT = -1;

/** `sendMessage(recipient, { text }, options)` */
function readTextMessage(args: readonly unknown[]): MessageCall {
  const [, content] = args;
  const text = isFields(content) ? content.text : undefined;
  const call = readMessage(args, 2, NO_TEXT);
  if (typeof text !== 'string') return call;
  const [{ fields } = { fields: {} }] = call.messages;
  const message = { fields, text };
  return {
    messages: [message],
    withMessages([changed = message]) {
      const sent = call.withMessages([changed]).args;
      if (changed.text !== text) {
        sent[1] = { ...(content as object), text: changed.text };
      }
      return { args: sent };
    },
  };
}

/** A request that a context queues for the next batch. */
function readRequest(args: readonly unknown[]): MessageCall | undefined {
  const [request] = args;
  if (!isFields(request) || request.relativeUrl !== 'me/messages') {
    return undefined;
  }
  const call = readBody([request.body]);
  return (
    call && {
      ...call,
      withMessages(messages) {
        const [body] = call.withMessages(messages).args;
        return { args: [{ ...request, body }] };
      },
    }
  );
}

/** The body of a call to the Send API. */
function readBody(args: readonly unknown[]): MessageCall | undefined {
  const [body] = args;
  if (!isFields(body)) return undefined;
  const { recipient, senderAction, sender_action: snakeCased } = body;
  const action = senderAction ?? snakeCased;
  const text = isFields(body.message) ? body.message.text : undefined;
  const message = {
    fields: body,
    text: typeof text === 'string' ? text : undefined,
  };
  return {
    messages: [message],
    withMessages([{ fields, text: changed } = message]) {
      if (changed === message.text) return { args: [fields] };
      const textMessage = { ...(body.message as object), text: changed };
      return { args: [{ ...fields, message: textMessage }] };
    },
    recipient,
    accessToken: body.accessToken,
    senderAction: typeof action === 'string' ? action : undefined,
  };
}

interface Rule {
  code: number;
  subcode?: number;
  message?: RegExp;
  about: 'recipient' | 'persona';
}

/**
 * The answers to a send that are definite and about the persona; everything
 * else is not ours to handle. Each with its meaning and where that is known from.
 *
 * | code | subcode | message           | meaning                                       | source |
 * |------|---------|-------------------|-----------------------------------------------|--------|
 * | 10   | 2018336 | any               | personas are not available to this customer   | docs/messenger-facts.md#personas-refused-by-region; not docs/messenger-facts.md#page-restricted |
 * | 100  | any     | names the persona | something about the persona is not right: whether it exists is asked before anything follows | ASSUMPTION: docs/messenger-facts.md#unknown-persona; not docs/messenger-facts.md#invalid-keys |
 */
const RULES: readonly Rule[] = [
  { code: 10, subcode: 2018336, about: 'recipient' },
  // The word itself, and not "personalization".
  { code: 100, message: /\bpersona(_id)?\b/i, about: 'persona' },
];

function readRefusal(
  error: unknown,
  secrets: readonly string[],
): Refusal | undefined {
  if (!isObject(error)) return undefined;
  const failure = readGraphFailure(error, secrets);
  // Not definite: the message may have been delivered.
  if (isTransient(failure)) return undefined;
  const rule = RULES.find(
    ({ code, subcode, message }) =>
      failure.code === code &&
      (subcode === undefined || failure.subcode === subcode) &&
      (message === undefined || message.test(failure.message)),
  );
  return rule && { about: rule.about, failure };
}
