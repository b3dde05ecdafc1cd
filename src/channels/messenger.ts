import { ReadStream } from 'node:fs';

import {
  isTransient,
  parseGraphFailure,
  type GraphFailure,
} from '../graph/graphFailure';
import { getProperty, isObject, textOrNone } from '../util/values';

import type { Channel, Refusal, TypedChannel } from './channel';
import {
  fieldsAt,
  fieldsOf,
  pick,
  SingleMessage,
  wrapCall,
  type ClientCall,
  type Fields,
  type FileType,
  type MessageCall,
  type MessageFile,
  type MultipartForm,
  type ReadCall,
} from './messageCall';

/** A method of MessengerClient, which is called with `(recipient, content, options)`. */
interface MethodShape {
  /** The position of its options; 2 if omitted. */
  readonly optionsAt?: number;
  /** The type of the file whose contents it takes. */
  readonly file?: FileType;
  /** What it sends instead of a message. */
  readonly senderAction?: string;
  /** The message of the Send API; omitted where it is not known here. */
  readonly message?: (content: unknown, next: unknown) => object;
}

/** Those whose options are at a known place. */
const METHODS = new Map<string, MethodShape>(
  Object.entries<MethodShape>({
    sendText: { message: (text) => ({ text }) },
    sendMessage: { message: (message) => fieldsAt([message], 0) },
    sendAttachment: { message: (attachment) => ({ attachment }) },
    sendImage: fileMethod('image'),
    sendAudio: fileMethod('audio'),
    sendVideo: fileMethod('video'),
    sendFile: fileMethod('file'),
    sendTemplate: { message: templateMessage },
    sendGenericTemplate: {
      message: (elements, options) =>
        templateMessage({
          templateType: 'generic',
          elements,
          ...pick(fieldsAt([options], 0), ['imageAspectRatio']),
        }),
    },
    sendButtonTemplate: {
      optionsAt: 3,
      message: (text, buttons) =>
        templateMessage({ templateType: 'button', text, buttons }),
    },
    sendMediaTemplate: {
      message: (elements) =>
        templateMessage({ templateType: 'media', elements }),
    },
    sendReceiptTemplate: templateMethod('receipt'),
    sendAirlineBoardingPassTemplate: templateMethod('airline_boardingpass'),
    sendAirlineCheckinTemplate: templateMethod('airline_checkin'),
    sendAirlineItineraryTemplate: templateMethod('airline_itinerary'),
    sendAirlineUpdateTemplate: templateMethod('airline_update'),
    sendOneTimeNotifReqTemplate: templateMethod('one_time_notif_req'),
    typingOn: { optionsAt: 1, senderAction: 'typing_on' },
    typingOff: { optionsAt: 1, senderAction: 'typing_off' },
  }),
);

function fileMethod(type: FileType): MethodShape {
  const payloadOf = (given: unknown) =>
    typeof given === 'string' ? { url: given } : given;
  return {
    file: type,
    message: (given) => ({ attachment: { type, payload: payloadOf(given) } }),
  };
}

function templateMethod(templateType: string): MethodShape {
  return {
    message: (attributes) =>
      templateMessage({ templateType, ...fieldsAt([attributes], 0) }),
  };
}

function templateMessage(payload: unknown): object {
  return { attachment: { type: 'template', payload } };
}

/** docs/messenger-facts.md#send-api */
const MAX_TEXT_LENGTH = 2000;

/** A message carries the ID of a persona on the Page. */
export const messenger: TypedChannel<
  'messenger',
  'createPersona',
  `send${string}` | 'typingOn' | 'typingOff'
> = {
  platform: 'messenger',
  sendMethods: /^(send(?!Batch)|typing)/,
  clientMethod: 'sendText',
  ownMethod: 'createPersona',
  senderActionMethod: 'sendSenderAction',
  optionsMethods: ['_getSendMethodOptions', '_getSenderActionMethodOptions'],
  requestQueue: '_batchQueue',
  carriesId: true,
  maxTextLength: MAX_TEXT_LENGTH,
  reader,
  optionsPosition,
  callFor,
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
  if (method === 'sendMessageFormData') return readForm;
  const shape = METHODS.get(method);
  return (args) => new MessengerCall(args, method, shape);
}

/** Calls with files and sender actions are parsed: files may be uploaded first, actions rejected. */
function optionsPosition(method: string): number | undefined {
  const shape = METHODS.get(method);
  return shape && !shape.file ? optionsAt(shape, []) : undefined;
}

/** Unknown methods take their options, if any, as the last argument. */
function optionsAt(
  shape: MethodShape | undefined,
  args: readonly unknown[],
): number {
  if (shape) return shape.optionsAt ?? 2;
  const last = args.at(-1) ?? {};
  return Math.max(2, fieldsOf(last) ? args.length - 1 : args.length);
}

function senderActionOf(method: string, args: readonly unknown[]) {
  return method === 'sendSenderAction'
    ? String(args[1])
    : METHODS.get(method)?.senderAction;
}

/** The client of Bottender 1.4 drops the options of sender actions, but sends whole bodies. */
function callFor(client: object, method: string, { args }: ClientCall) {
  if (!('_axios' in client)) return undefined;
  const senderAction = senderActionOf(method, args);
  if (senderAction === undefined) return undefined;
  const [to] = args;
  const recipient = isObject(to) ? to : { id: to };
  const options = fieldsAt(args, optionsAt(METHODS.get(method), args));
  const body = { recipient, senderAction, ...options };
  return { args: [body], method: 'sendRawBody' };
}

class MessengerCall extends SingleMessage {
  constructor(
    args: readonly unknown[],
    private readonly method: string,
    private readonly shape: MethodShape | undefined,
  ) {
    const textAt = /^send(Text|Message)$/.test(method) ? 1 : undefined;
    super(args, optionsAt(shape, args), textAt, args[0]);
  }

  get senderAction(): string | undefined {
    return senderActionOf(this.method, this.args);
  }

  get accessToken(): unknown {
    return this.messages[0].fields.accessToken;
  }

  get file(): MessageFile | undefined {
    const [, contents] = this.args;
    const type = this.shape?.file;
    const isContents =
      Buffer.isBuffer(contents) || contents instanceof ReadStream;
    return type && isContents ? { type, contents } : undefined;
  }

  get content(): Fields | undefined {
    const [, content, next] = this.args;
    const message = this.shape?.message?.(content, next);
    const { fields } = this.messages[0];
    return message && { ...message, ...pick(fields, ['quickReplies']) };
  }
}

/** `sendMessageFormData(recipient, form, options)`. A form that names a persona is sent unchanged. */
function readForm(args: readonly unknown[]): MessageCall | undefined {
  const [recipient, contents] = args;
  if (!isForm(contents)) return undefined;
  const call = new SingleMessage(args, 2, undefined, recipient);
  const [{ fields }] = call.messages;
  const { accessToken } = fields;
  const fixedId = personaIn(contents);
  if (fixedId === undefined) {
    const file = { type: 'form', contents } as const;
    return Object.assign(call, { accessToken, file });
  }
  return {
    messages: [{ fields: { ...fields, personaId: fixedId }, fixedId }],
    recipient,
    accessToken,
    withMessages: () => ({ args: [...args] }),
  };
}

function isForm(contents: unknown): contents is MultipartForm {
  return (
    typeof getProperty(contents, 'getHeaders') === 'function' &&
    Array.isArray(getProperty(contents, '_streams'))
  );
}

/** A form's own persona. */
function personaIn({ _streams: parts }: MultipartForm): string | undefined {
  const at = parts.findIndex((part) => /name="persona_id"/.test(String(part)));
  return at === -1 ? undefined : String(parts[at + 1]);
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
    content: fieldsAt([body.message], 0),
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
  const textBody = (body: unknown) => ({
    ...pick(fieldsAt([body], 0), ENVELOPE),
    message: { text },
  });
  if (method === 'sendRawBody') return { args: [textBody(first)] };
  if (method === '_batchQueue.push') {
    const request = fieldsAt(args, 0);
    return { args: [{ ...request, body: textBody(request.body) }] };
  }
  const options = fieldsAt(args, optionsAt(METHODS.get(method), args));
  const envelope = pick(options, ENVELOPE);
  return method === 'sendMessage'
    ? { args: [first, { text }, envelope] }
    : { args: [first, text, envelope], method: 'sendText' };
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
  const failure = parseGraphFailure(error);
  const rule = refusalRule(failure);
  return rule && { about: rule.about, failure };
}
