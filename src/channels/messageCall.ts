import {
  getProperty,
  isObject,
  isPlainObject,
  textOrNone,
} from '../util/values';

/** Fields of a message, or options of a call, as Bottender's clients take them. */
export type Fields = Readonly<Record<string, unknown>>;

/** One message of a call. */
export interface Message {
  /** The object whose fields name the speaker: the options of the call, or the message itself. */
  readonly fields: Fields;
  /** Its text, which can be signed where no persona is shown. */
  readonly text?: string | undefined;
  /** The ID of the persona that it carries and keeps, which its fields name too. */
  readonly fixedId?: string | undefined;
}

/** A call that carries messages, as parsed by its channel. */
export interface MessageCall {
  readonly messages: readonly Message[];
  /** The same call with its messages replaced, one for one. */
  withMessages(messages: readonly Message[]): ClientCall;
  readonly recipient?: unknown;
  /** The token of a Page other than the client's. */
  readonly accessToken?: unknown;
  /** The sender action, such as `typing_on`, that is sent instead of a message. */
  readonly senderAction?: string | undefined;
  readonly file?: MessageFile | undefined;
  /** What the platform gets; omitted: the options and the text of its messages. */
  readonly content?: Fields | undefined;
}

/** The types of attachments that are files. */
export type FileType = 'image' | 'audio' | 'video' | 'file';

/** A file that is sent with a message: its contents, or a form with the contents and the message. */
export type MessageFile =
  | {
      readonly type: FileType;
      readonly contents: Uint8Array | FileStream;
    }
  | { readonly type: 'form'; readonly contents: MultipartForm };

/** A stream of a file. The entries' types lead here, and need none of Node's. */
export interface FileStream {
  once(event: 'error', listener: (error: Error) => void): unknown;
}

/** A form of the package "form-data". */
export interface MultipartForm {
  getHeaders(): Record<string, string>;
  /** Headers, values and functions, alternating. */
  readonly _streams: readonly unknown[];
}

/** The arguments for the client, and its method. Default: the called method. */
export interface ClientCall {
  readonly args: unknown[];
  readonly method?: string;
}

/** @returns `undefined` for arguments that carry no message */
export type ReadCall = (args: readonly unknown[]) => MessageCall | undefined;

const NO_FIELDS: Fields = {};

/** A call with one message. */
export class SingleMessage implements MessageCall {
  readonly messages: readonly [Message];

  /**
   * @param at the position of the options or the message
   * @param textAt the position of the text, or of what contains it
   */
  constructor(
    readonly args: readonly unknown[],
    readonly at: number,
    readonly textAt?: number,
    readonly recipient?: unknown,
  ) {
    const content = textAt === undefined ? undefined : args[textAt];
    const text = textOrNone(content) ?? textOrNone(fieldsOf(content)?.text);
    this.messages = [{ fields: fieldsAt(args, at), text }];
  }

  withMessages([changed = this.messages[0]]: readonly Message[]): ClientCall {
    const { at, textAt, messages } = this;
    const args = [...this.args];
    if (changed.fields !== NO_FIELDS) args[at] = changed.fields;
    if (textAt !== undefined && changed.text !== messages[0].text) {
      const { text } = changed;
      const isText = typeof args[textAt] === 'string';
      args[textAt] = isText ? text : { ...fieldsAt(args, textAt), text };
    }
    return { args };
  }
}

/** A call with an array of messages at this position. */
export function readMessages(
  args: readonly unknown[],
  at: number,
  recipient?: unknown,
): MessageCall | undefined {
  const given = args[at];
  if (!Array.isArray(given)) return undefined;
  const messages = given.map((message: unknown): Message => {
    const fields = fieldsOf(message) ?? NO_FIELDS;
    const isText = fields.type === 'text';
    return { fields, text: isText ? textOrNone(fields.text) : undefined };
  });
  return {
    messages,
    recipient,
    withMessages(changed) {
      const sent = [...args];
      sent[at] = given.map((message: unknown, position) => {
        const now = changed[position];
        const was = messages[position];
        if (!now || was?.fields === NO_FIELDS) return message;
        return now.text === was?.text
          ? now.fields
          : { ...now.fields, text: now.text };
      });
      return { args: sent };
    },
  };
}

/** Wraps a call whose arguments are nested in those of the client's call. */
export function wrapCall(
  call: MessageCall,
  toArgs: (args: unknown[]) => unknown[],
): MessageCall {
  return {
    ...call,
    // A getter on Messenger, which is not copied.
    senderAction: call.senderAction,
    withMessages: (changed) => ({
      args: toArgs(call.withMessages(changed).args),
    }),
  };
}

/** Those of the fields that are set. */
export function pick(fields: Fields, keys: readonly string[]): Fields {
  const picked: Record<string, unknown> = {};
  for (const key of keys) {
    if (fields[key] !== undefined) picked[key] = fields[key];
  }
  return picked;
}

export function fieldsAt(args: readonly unknown[], at: number): Fields {
  return fieldsOf(args[at]) ?? NO_FIELDS;
}

/**
 * Options or a message, which may be an instance of the bot's own class: as it is
 * sent, so without its methods. `undefined` for collections, and for the contents of a file.
 */
export function fieldsOf(value: unknown): Fields | undefined {
  if (isPlainObject(value)) return value;
  if (!isObject(value) || NO_FIELDS_IN.some((name) => name in value)) {
    return undefined;
  }
  const toJson = getProperty(value, 'toJSON');
  if (typeof toJson !== 'function') return { ...value };
  const json: unknown = Reflect.apply(toJson, value, []);
  return isPlainObject(json) ? json : undefined;
}

/** What collections, buffers, streams, forms and blobs have. */
const NO_FIELDS_IN = [
  Symbol.iterator,
  Symbol.asyncIterator,
  'pipe',
  'byteLength',
  'arrayBuffer',
];
