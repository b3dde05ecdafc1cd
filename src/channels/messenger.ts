import { ReadStream } from 'node:fs';

import {
  isTransient,
  parseGraphFailure,
  type GraphFailure,
} from '../graph/graphFailure';
import { getProperty } from '../util/getProperty';
import { isObject } from '../util/isObject';

import {
  fieldsAt,
  fieldsOf,
  pick,
  SingleMessage,
  textOrNone,
  wrapCall,
  type Channel,
  type ClientCall,
  type Fields,
  type Message,
  type MessageCall,
  type MessageFile,
  type MultipartForm,
  type ReadCall,
  type Refusal,
  type TypedChannel,
} from './channel';

/** Methods of MessengerClient whose options are not their third argument. */
const OPTIONS_POSITION = new Map([
  ['sendButtonTemplate', 3],
  ['typingOn', 1],
  ['typingOff', 1],
]);

const KNOWN_METHODS =
  /^send(Text|Message|MessageFormData|Attachment|Image|Audio|Video|File|SenderAction|\w*Template)$/;

/** Methods that take the contents of a file, with their types of attachment. */
const FILE_TYPES = new Map<string, 'image' | 'audio' | 'video' | 'file'>([
  ['sendImage', 'image'],
  ['sendAudio', 'audio'],
  ['sendVideo', 'video'],
  ['sendFile', 'file'],
]);

/** docs/messenger-facts.md#send-api */
const MAX_TEXT_LENGTH = 2000;

/** A message carries the ID of a persona on the Page. */
export const messenger: TypedChannel<
  'messenger',
  'createPersona',
  {
    context: `send${string}` | 'typingOn' | 'typingOff';
    client: `send${string}` | 'typingOn' | 'typingOff';
  }
> = {
  platform: 'messenger',
  sendMethods: /^(send(?!Batch)|typing)/,
  clientMethod: 'sendText',
  ownMethod: 'createPersona',
  senderActionMethod: 'sendSenderAction',
  rememberedMethods: ['typing', 'sendSenderAction'],
  optionsMethods: ['_getSendMethodOptions', '_getSenderActionMethodOptions'],
  requestQueue: '_batchQueue',
  carriesId: true,
  maxTextLength: MAX_TEXT_LENGTH,
  reader,
  optionsPosition,
  // In the property order of Bottender's options, because V8 handles objects of one shape faster.
  addFields: (fields, added) =>
    'messagingType' in fields
      ? Object.assign(
          { messagingType: fields.messagingType },
          added,
          fields,
          added,
        )
      : Object.assign({}, added, fields, added),
  textCall,
  contentOf,
  messageIds: (answer) => [
    getProperty(answer, 'messageId') ?? getProperty(answer, 'message_id'),
  ],
  readRefusal,
};

/** Bottender's console shows what would be sent to Messenger. */
export const consoleChannel: Channel = { ...messenger, platform: 'console' };

/**
 * Parses the send methods of MessengerClient: `(recipient, content, options)`. A
 * batch is sent unchanged.
 *
 * @see https://github.com/Yoctol/messaging-apis/tree/master/packages/messaging-api-messenger
 */
function reader(method: string): ReadCall | undefined {
  if (method === '_batchQueue.push') return readRequest;
  if (method === 'sendRawBody') return ([body]) => readBody(body);
  if (!/^(send|typingO)/.test(method) || method === 'sendBatch') {
    return undefined;
  }
  const position = positionOf(method);
  const textAt = method === 'sendText' ? 1 : undefined;
  return (args) => {
    if (method === 'sendMessageFormData' && !isForm(args[1])) return undefined;
    const at = position ?? lastPosition(args);
    return new MessengerCall(args, at, textAt, method);
  };
}

function positionOf(method: string): number | undefined {
  const isKnown = KNOWN_METHODS.test(method);
  return OPTIONS_POSITION.get(method) ?? (isKnown ? 2 : undefined);
}

/** Calls with files and sender actions are parsed: files may be uploaded first, actions rejected. */
function optionsPosition(method: string): number | undefined {
  const isRead =
    FILE_TYPES.has(method) ||
    /^send(SenderAction|MessageFormData)$/.test(method);
  return isRead ? undefined : positionOf(method);
}

/** Unknown methods take their options, if any, as the last argument. */
function lastPosition(args: readonly unknown[]): number {
  const last = args.at(-1) ?? {};
  return Math.max(2, fieldsOf(last) ? args.length - 1 : args.length);
}

class MessengerCall extends SingleMessage {
  readonly senderAction: string | undefined;
  /** That of a form, which is sent unchanged. */
  private readonly fixedId: string | undefined;

  constructor(
    args: readonly unknown[],
    at: number,
    textAt: number | undefined,
    private readonly method: string,
  ) {
    super(args, at, textAt, args[0]);
    this.senderAction =
      method === 'sendSenderAction'
        ? String(args[1])
        : method.startsWith('typing')
          ? 'typing_on'
          : undefined;
    if (method === 'sendMessage') {
      // `sendMessage(recipient, { text }, options)`
      const { text } = fieldsAt(args, 1);
      const [{ fields }] = this.messages;
      this.messages = [{ fields, text: textOrNone(text) }];
    }
    this.fixedId =
      method === 'sendMessageFormData' ? personaIn(args[1]) : undefined;
    if (this.fixedId !== undefined) {
      const { fixedId } = this;
      const fields = { ...this.messages[0].fields, personaId: fixedId };
      this.messages = [{ fields, fixedId }];
    }
  }

  override withMessages(messages: readonly Message[]): ClientCall {
    if (this.fixedId !== undefined) return { args: [...this.args] };
    const call = super.withMessages(messages);
    const [{ text } = this.messages[0]] = messages;
    if (this.method === 'sendMessage' && text !== this.messages[0].text) {
      call.args[1] = { ...fieldsAt(call.args, 1), text };
    }
    return call;
  }

  get accessToken(): unknown {
    return this.messages[0].fields.accessToken;
  }

  get file(): MessageFile | undefined {
    const [, contents] = this.args;
    if (this.method === 'sendMessageFormData' && isForm(contents)) {
      const isFixed = this.fixedId !== undefined;
      return isFixed ? undefined : { type: 'form', contents };
    }
    const type = FILE_TYPES.get(this.method);
    if (!type) return undefined;
    const isContents =
      Buffer.isBuffer(contents) || contents instanceof ReadStream;
    return isContents ? { type, contents } : undefined;
  }
}

function isForm(contents: unknown): contents is MultipartForm {
  return (
    typeof getProperty(contents, 'getHeaders') === 'function' &&
    Array.isArray(getProperty(contents, '_streams'))
  );
}

/** A form's own persona. */
function personaIn(form: unknown): string | undefined {
  const streams = isForm(form) ? form._streams : [];
  const at = streams.findIndex((part) =>
    /name="persona_id"/.test(String(part)),
  );
  return at === -1 ? undefined : String(streams[at + 1]);
}

/** A request that a context queues for the next batch. */
function readRequest([given]: readonly unknown[]): MessageCall | undefined {
  const request = fieldsOf(given);
  if (request?.relativeUrl !== 'me/messages') return undefined;
  const call = readBody(request.body);
  return call && wrapCall(call, ([body]) => [{ ...request, body }]);
}

/** The body of a call to the Send API. */
function readBody(given: unknown): MessageCall | undefined {
  const body = fieldsOf(given);
  if (!body) return undefined;
  const { recipient, senderAction, sender_action: snakeCased } = body;
  const text = textOrNone(fieldsAt([body.message], 0).text);
  const message = { fields: body, text };
  return {
    messages: [message],
    withMessages([changed = message]) {
      if (changed.text === text) return { args: [changed.fields] };
      const textMessage = { ...(body.message as object), text: changed.text };
      return { args: [{ ...changed.fields, message: textMessage }] };
    },
    recipient,
    accessToken: body.accessToken,
    senderAction: textOrNone(senderAction ?? snakeCased),
  };
}

/** Where, and by which permission, a message goes. */
const ENVELOPE = [
  'messagingType',
  'messaging_type',
  'tag',
  'recipient',
  'accessToken',
];

function textCall(
  method: string,
  args: readonly unknown[],
  text: string,
): ClientCall {
  const [first] = args;
  if (method === '_batchQueue.push') {
    const body = fieldsAt([fieldsAt(args, 0).body], 0);
    const textBody = { ...pick(body, ENVELOPE), message: { text } };
    return { args: [{ ...fieldsAt(args, 0), body: textBody }] };
  }
  if (method === 'sendRawBody') {
    return {
      args: [{ ...pick(fieldsAt(args, 0), ENVELOPE), message: { text } }],
    };
  }
  const options = fieldsAt(args, positionOf(method) ?? lastPosition(args));
  const envelope = pick(options, ENVELOPE);
  return method === 'sendMessage'
    ? { args: [first, { text }, envelope] }
    : { args: [first, text, envelope], method: 'sendText' };
}

/** The message of the Send API; `undefined` for a method whose message is not known here. */
function contentOf(
  method: string,
  args: readonly unknown[],
): Fields | undefined {
  const [first, second, third] = args;
  if (method === '_batchQueue.push') {
    return fieldsAt([fieldsAt([fieldsAt(args, 0).body], 0).message], 0);
  }
  if (method === 'sendRawBody')
    return fieldsAt([getProperty(first, 'message')], 0);
  if (method === 'sendMessage') return fieldsAt(args, 1);
  if (method === 'sendAttachment') return { attachment: second };
  const options = fieldsAt(args, positionOf(method) ?? lastPosition(args));
  const quickReplies = pick(options, ['quickReplies']);
  if (method === 'sendText') return { text: second, ...quickReplies };
  const type = FILE_TYPES.get(method);
  if (type) {
    const payload = typeof second === 'string' ? { url: second } : second;
    return { attachment: { type, payload }, ...quickReplies };
  }
  const payload =
    method === 'sendTemplate'
      ? second
      : method === 'sendButtonTemplate'
        ? { templateType: 'button', text: second, buttons: third }
        : method === 'sendGenericTemplate'
          ? { templateType: 'generic', elements: second }
          : undefined;
  return payload === undefined
    ? undefined
    : { attachment: { type: 'template', payload }, ...quickReplies };
}

/** An answer to a send that refuses its persona. */
export interface RefusalRule {
  readonly code: number;
  readonly subcode?: number;
  readonly message?: RegExp;
  readonly about: 'recipient' | 'persona';
  /** The entry of docs/messenger-facts.md that it relies on. */
  readonly fact: string;
}

/**
 * The responses to a send that definitely concern the persona; all other failures
 * are passed on. `doctor --probe` compares a real Page's responses with these rules:
 * edit them to follow its report.
 *
 * | code | subcode | message           | meaning                                       | source |
 * |------|---------|-------------------|-----------------------------------------------|--------|
 * | 10   | 2018336 | any               | personas are not available to this customer   | docs/messenger-facts.md#personas-refused-by-region; not docs/messenger-facts.md#page-restricted |
 * | 100  | any     | names the persona | the persona is wrong in some way; whether it exists is checked first | ASSUMPTION: docs/messenger-facts.md#unknown-persona; not docs/messenger-facts.md#invalid-keys |
 */
const REFUSAL_RULES: readonly RefusalRule[] = [
  {
    code: 10,
    subcode: 2018336,
    about: 'recipient',
    fact: 'personas-refused-by-region',
  },
  {
    code: 100,
    // Not "personalization".
    message: /\bpersona(_id)?\b/i,
    about: 'persona',
    fact: 'unknown-persona',
  },
];

/** The rule that makes this failure of a send a refusal of its persona. */
export function refusalRule(failure: GraphFailure): RefusalRule | undefined {
  // The message may have been delivered.
  if (isTransient(failure)) return undefined;
  return REFUSAL_RULES.find(
    ({ code, subcode, message }) =>
      failure.code === code &&
      (subcode === undefined || failure.subcode === subcode) &&
      (message === undefined || message.test(failure.message)),
  );
}

function readRefusal(error: unknown): Refusal | undefined {
  if (!isObject(error)) return undefined;
  const failure = parseGraphFailure(error);
  const rule = refusalRule(failure);
  return rule && { about: rule.about, failure };
}
