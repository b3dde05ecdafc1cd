import type { PersonaProfile } from '../profile';
import { getProperty, textIn, textOrNone } from '../util/values';
import { responseOf } from '../util/failures';

import type {
  DisplayProfile,
  InsertedText,
  Refusal,
  TypedChannel,
} from './channel';
import {
  fieldsOf,
  readMessages,
  SingleMessage,
  wrapCall,
  type ClientCall,
  type Fields,
  type MessageCall,
  type ReadCall,
} from './messageCall';

/** https://developers.line.biz/en/reference/messaging-api/#icon-nickname-switch */
const MAX_NAME_LENGTH = 20;
const MAX_URL_LENGTH = 1000;
/** https://developers.line.biz/en/reference/messaging-api/#text-message */
const MAX_TEXT_LENGTH = 5000;

/** LINE's message objects have a `sender`. */
export const line: TypedChannel<
  'line',
  'replyRawBody',
  `${'reply' | 'push' | 'send'}${string}`,
  `${'reply' | 'push' | 'multicast' | 'narrowcast' | 'broadcast'}${string}`
> = {
  platform: 'line',
  info: {
    title: 'LINE',
    defaultSender: 'The official account',
    advice: {
      channel:
        'LINE takes some names and pictures and not others: at most 20 characters without "LINE", a picture by https.',
    },
  },
  sendMethods: /^(reply|push|multicast|narrowcast|broadcast|send|typing)/,
  clientMethod: 'reply',
  ownMethod: 'replyRawBody',
  // A mock's carousel stays one: it is no template.
  clientMethodFor: (method) =>
    method.replace('send', 'reply').replace('Carousel', ''),
  // Bottender creates their messages without a sender.
  droppedOptions: {
    replyCarouselTemplate: 2,
    pushCarouselTemplate: 2,
    sendCarouselTemplate: 2,
  },
  // The reply token has not been used, so the bot may reply after all.
  onUnsent: (method, context) => {
    if (method === 'reply') Object.assign(context, { _isReplied: false });
  },
  messageQueues: ['_replyMessages', '_pushMessages'],
  reader,
  displayProfile,
  maxNameLength: MAX_NAME_LENGTH,
  maxTextLength: MAX_TEXT_LENGTH,
  placesInText: { field: 'emojis', place: 'index' },
  profileField: 'sender',
  textCall: (method, _args, text, recipient) =>
    method === 'pushText'
      ? { args: [recipient, text] }
      : { args: [recipient, [{ type: 'text', text }]], method: 'push' },
  insertTexts,
  recipientIn: (method, context) => {
    if (!method.startsWith('reply')) return undefined;
    const source = getProperty(context, 'event', 'rawEvent', 'source');
    return ['groupId', 'roomId', 'userId']
      .map((name) => textOrNone(getProperty(source, name)))
      .find((id) => id !== undefined);
  },
  messageIds: (answer) => {
    const sent = getProperty(answer, 'sentMessages');
    return Array.isArray(sent)
      ? sent.map((each) => getProperty(each, 'id'))
      : [];
  },
  readRefusal,
};

/** https://developers.line.biz/en/reference/messaging-api/#send-reply-message */
const MAX_MESSAGES = 5;

function insertTexts(
  method: string,
  args: readonly unknown[],
  texts: readonly InsertedText[],
): ClientCall | undefined {
  const isBody = method.endsWith('RawBody');
  const single = messageOf(method, args);
  const given: unknown = isBody
    ? getProperty(args[0], 'messages')
    : single
      ? [single]
      : args[1];
  if (!Array.isArray(given)) return undefined;
  if (given.length + texts.length > MAX_MESSAGES) return undefined;
  const messages = [...(given as unknown[])];
  for (const { position, text } of texts.toReversed()) {
    messages.splice(position, 0, { type: 'text', text });
  }
  if (isBody) return { args: [{ ...(args[0] as object), messages }] };
  return single
    ? { args: [args[0], messages], method: 'push' }
    : { args: [args[0], messages, ...args.slice(2)] };
}

/** Methods with the contents and the options of a message. */
const SHORT_KINDS = new Set([
  'Text',
  'Image',
  'Video',
  'Audio',
  'Location',
  'Sticker',
]);

/** Types of the templates that methods are named for. */
const TEMPLATES = new Map([
  ['ButtonTemplate', 'buttons'],
  ['ButtonsTemplate', 'buttons'],
  ['ConfirmTemplate', 'confirm'],
  ['ImageCarouselTemplate', 'image_carousel'],
]);

/** The message that the client makes in a call such as `pushText(to, text, options)`. */
function messageOf(
  method: string,
  [, first, second, third]: readonly unknown[],
): Fields | undefined {
  const kind = method.replace('push', '');
  const type = kind.toLowerCase();
  if (SHORT_KINDS.has(kind)) {
    const contents = kind === 'Text' ? { text: first } : fieldsOf(first);
    const { originalContentUrl: previewImageUrl } = contents ?? {};
    const preview = kind === 'Image' && { previewImageUrl };
    return contents && { type, ...preview, ...contents, ...fieldsOf(second) };
  }
  const rest = { altText: first, ...fieldsOf(third) };
  if (kind === 'Flex') return { type, contents: second, ...rest };
  if (kind === 'Template') return { type, template: second, ...rest };
  const contents = Array.isArray(second)
    ? { columns: second as unknown[] }
    : fieldsOf(second);
  if (!contents) return undefined;
  if (kind === 'Imagemap') return { type, ...contents, ...rest };
  const template = TEMPLATES.get(kind);
  return template === undefined
    ? undefined
    : { type: 'template', template: { type: template, ...contents }, ...rest };
}

/** Parses `reply(token, messages)`, `pushText(to, text, options)`, `multicastRawBody({ to, messages })` and so on. */
function reader(method: string): ReadCall | undefined {
  const [, way, kind = ''] =
    /^(reply|push|multicast|narrowcast|broadcast)([A-Z]\w*)?$/.exec(method) ??
    [];
  if (way === undefined) return undefined;
  const recipientOf = (args: readonly unknown[]) =>
    way === 'push' ? args[0] : undefined;
  if (kind === 'RawBody') return ([body]) => readBody(body);
  if (kind === '' || kind === 'Messages') {
    const at = way === 'narrowcast' || way === 'broadcast' ? 0 : 1;
    return (args) => readMessages(args, at, recipientOf(args));
  }
  const at = SHORT_KINDS.has(kind) ? 2 : 3;
  const textAt = kind === 'Text' ? 1 : undefined;
  return (args) => {
    const call = new SingleMessage(args, at, textAt, recipientOf(args));
    return kind === 'CarouselTemplate' ? asTemplate(call, way) : call;
  };
}

function readBody(given: unknown): MessageCall | undefined {
  const body = fieldsOf(given);
  if (!body) return undefined;
  const call = readMessages([body.messages], 0, body.to);
  return call && wrapCall(call, ([messages]) => [{ ...body, messages }]);
}

/** Sends a carousel as a generic template, because the client's carousel methods drop the sender. */
function asTemplate(call: SingleMessage, way: string): MessageCall {
  const [target, altText, columns] = call.args;
  return {
    messages: call.messages,
    recipient: call.recipient,
    withMessages([{ fields } = call.messages[0]]) {
      const { imageAspectRatio, imageSize, ...options } = fields;
      const type = 'carousel';
      const template = { type, columns, imageAspectRatio, imageSize };
      const args = [target, altText, template, options];
      return { args, method: `${way}Template` };
    },
  };
}

function displayProfile(profile: PersonaProfile): DisplayProfile {
  const { name, profilePictureUrl: iconUrl } = profile;
  const problem =
    new URL(iconUrl).protocol !== 'https:'
      ? 'LINE takes pictures by https only'
      : iconUrl.length > MAX_URL_LENGTH
        ? `LINE takes pictures whose URL has at most ${MAX_URL_LENGTH} characters`
        : undefined;
  if (problem === undefined) return { fields: { sender: { name, iconUrl } } };
  return {
    fields: { sender: { name } },
    missing: `${problem}: "${name}" speaks there without its picture.`,
  };
}

/**
 * Status 400 whose details name the `sender` of messages or, without details,
 * whose message begins with it, but does not say which message is refused:
 * https://github.com/cofacts/rumors-line-bot/pull/402, looked up on 30 Nov 2026.
 *
 * It is documented that details name the invalid field:
 * https://developers.line.biz/en/reference/messaging-api/#error-responses,
 * undated, looked up on 25 Nov 2026. ASSUMPTION: for a refused `sender` this is
 * `messages[0].sender` or a field in it, as for other fields (`messages[0].text`).
 */
function readRefusal(error: unknown): Refusal | undefined {
  const response = responseOf(error);
  if (getProperty(response, 'status') !== 400) return undefined;
  const data = getProperty(response, 'data');
  const details = getProperty(data, 'details');
  if (!Array.isArray(details)) {
    const message = textIn(data, 'message');
    return message.startsWith('sender.')
      ? { about: 'profile', failure: { message, status: 400 } }
      : undefined;
  }
  const reasons: string[] = [];
  const messages: number[] = [];
  for (const detail of details as unknown[]) {
    const property = textIn(detail, 'property');
    const [, index] = /^messages\[(\d+)\]\.sender\b/.exec(property) ?? [];
    if (index === undefined) continue;
    messages.push(Number(index));
    const reason = textOrNone(getProperty(detail, 'message'));
    reasons.push(reason === undefined ? property : `${property}: ${reason}`);
  }
  if (messages.length === 0) return undefined;
  const failure = { message: reasons.join('; '), status: 400 };
  return { about: 'profile', failure, messages };
}
