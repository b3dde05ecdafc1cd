/**
 * The interface of a channel. Each channel has a file in this folder, which says
 * which calls of its client carry messages, how a persona is applied to a message,
 * and which responses refuse it. A new channel needs a file and a line in `index.ts`.
 */
import type { ReadStream } from 'node:fs';

import type { ChannelInfo } from '../errors';
import type { PersonaProfile } from '../profile';
import type { Refusal } from '../refusals/refusals';
import { isObject } from '../util/isObject';

/** Fields of a message, or options of a call, as Bottender's clients take them. */
export type Fields = Readonly<Record<string, unknown>>;

/** One message of a call. */
export interface Message {
  /** The object whose fields name the speaker: the options of the call, or the message itself. */
  readonly fields: Fields;
  /** Its text, which can be signed where no persona is shown. */
  readonly text?: string | undefined;
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

/** A file that is sent with a message: its contents, or a form with the contents and the message. */
export type MessageFile =
  | {
      readonly type: 'image' | 'audio' | 'video' | 'file';
      readonly contents: Buffer | ReadStream;
    }
  | { readonly type: 'form'; readonly contents: MultipartForm };

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

/** A profile as a channel shows it. */
export interface DisplayProfile {
  /** The fields to add to each message. */
  readonly fields: Fields;
  /** What the channel cannot show, for a warning. */
  readonly missing?: string;
}

/** @returns `undefined` for arguments that carry no message */
export type ReadCall = (args: readonly unknown[]) => MessageCall | undefined;

export interface Channel {
  /** `context.platform` */
  readonly platform: string;
  /** Omitted on Messenger. */
  readonly info?: ChannelInfo | undefined;
  /** Matches the names of the send and typing methods of contexts and clients. */
  readonly sendMethods: RegExp;
  /** A method, or an object of methods, that every client of the channel has. */
  readonly clientMethod: string;
  /** A method that only clients of the channel have, by which they are recognised. */
  readonly ownMethod: string;
  /** Maps a context's method to the client's, where their names differ. */
  readonly clientMethodFor?: (contextMethod: string) => string;
  /** The method that takes a sender action, which personas may not support. */
  readonly senderActionMethod?: string;
  /** Methods that wait before they send, or whose calls are checked first. */
  readonly rememberedMethods?: readonly string[];
  /** Properties of contexts and clients that are objects of functions. */
  readonly namespaces?: readonly string[];
  /** Context methods that drop the speaker from their options, with the position of the options. */
  readonly droppedOptions?: Readonly<Record<string, number>>;
  /** Methods by which Bottender's context creates the options of its calls to the client. */
  readonly optionsMethods?: readonly string[];
  /** Called with the context of a message that was not sent because its speaker is refused. */
  readonly onUnsent?: (context: object) => void;
  /** The property with a context's queue of requests that are answered later. */
  readonly requestQueue?: string;
  /** The properties with a context's queues of messages that are sent after its handler. */
  readonly messageQueues?: readonly string[];

  /**
   * Returns a parser for the calls of a method of the client or of the request
   * queue (`'_batchQueue.push'`); `undefined` if the method carries no messages.
   */
  reader(method: string): ReadCall | undefined;
  /** The position of the options that may name a persona, for calls that need no other parsing. */
  optionsPosition?(method: string): number | undefined;

  /** Adds the fields of a speaker to those of a message. Default: without replacing any. */
  readonly addFields?: (fields: Fields, added: Fields) => Fields;

  /** Converts a profile, with the name as it is shown, to fields of a message; omitted if messages carry an ID or nothing. */
  readonly displayProfile?: (profile: PersonaProfile) => DisplayProfile;
  /** The longest name that it shows. */
  readonly maxNameLength?: number;
  /** The field that names the speaker. A message that has it is sent unchanged. */
  readonly profileField?: string;
  /** Whether messages carry the ID of a persona. */
  readonly carriesId?: boolean;
  /**
   * A digest of the client's account, where the account determines whether
   * profiles are accepted.
   */
  readonly accountOf?: (client: unknown) => string;
  /** The arguments of a call that sends a text to where this call sends its messages. */
  readonly textCall?: (
    method: string,
    args: readonly unknown[],
    text: string,
    recipient: string,
  ) => ClientCall;
  /** The same arguments with more texts among the messages; `undefined` where they do not fit. */
  readonly insertTexts?: (
    method: string,
    args: readonly unknown[],
    texts: readonly InsertedText[],
  ) => unknown[] | undefined;
  /** The recipient of a call that does not name it, such as one with a reply token. */
  readonly recipientIn?: (
    method: string,
    context: object,
  ) => string | undefined;
  /** The platform's IDs of the messages, from its answer. */
  readonly messageIds?: (answer: unknown) => readonly unknown[];
  /** Returns the refusal if the error definitely refuses the persona. It may contain secrets. */
  readonly readRefusal?: (error: unknown) => Refusal | undefined;
  /** Returns the reason if the response shows that the message was delivered without its profile. */
  readonly readIgnored?: (
    answer: unknown,
    fields: Fields,
  ) => string | undefined;
}

/** A text among the messages of a call, before the message that is now at this position. */
export interface InsertedText {
  readonly position: number;
  readonly text: string;
}

/** A method of a client, or of a queue, that sends. */
export interface SendMethod {
  readonly channel: Channel;
  readonly method: string;
  readonly read: ReadCall;
  readonly optionsPosition?: number | undefined;
}

const sendMethods = new WeakMap<Channel, Map<string, SendMethod | null>>();

/** The channel's method of this name; `undefined` if it sends nothing. */
export function sendMethod(
  channel: Channel,
  method: string,
): SendMethod | undefined {
  let methods = sendMethods.get(channel);
  if (!methods) {
    methods = new Map<string, SendMethod | null>();
    sendMethods.set(channel, methods);
  }
  let known = methods.get(method);
  if (known === undefined) {
    const read = channel.reader(method);
    const optionsPosition = channel.optionsPosition?.(method);
    known = read ? { channel, method, read, optionsPosition } : null;
    methods.set(method, known);
  }
  return known ?? undefined;
}

const NO_FIELDS: Fields = {};

/** A call with one message. */
export class SingleMessage implements MessageCall {
  messages: readonly [Message];

  /**
   * @param at the position of the options or the message
   * @param textAt the position of the text; `at` if the message contains it
   */
  constructor(
    readonly args: readonly unknown[],
    readonly at: number,
    readonly textAt?: number,
    readonly recipient?: unknown,
  ) {
    const fields = fieldsAt(args, at);
    const text =
      textAt === undefined
        ? undefined
        : textAt === at
          ? fields.text
          : args[textAt];
    this.messages = [{ fields, text: textOrNone(text) }];
  }

  withMessages([changed = this.messages[0]]: readonly Message[]): ClientCall {
    const { at, textAt, messages } = this;
    const args = [...this.args];
    if (changed.fields !== NO_FIELDS) args[at] = changed.fields;
    if (textAt !== undefined && changed.text !== messages[0].text) {
      args[textAt] = textAt === at ? withText(changed) : changed.text;
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
    const fields = isFields(message) ? message : NO_FIELDS;
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
        if (!now || !isFields(message)) return message;
        return now.text === messages[position]?.text
          ? now.fields
          : withText(now);
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
  const given = args[at];
  return isFields(given) ? given : NO_FIELDS;
}

/** Whether the value can be options or a message, and not file contents, an array or a class instance. */
export function isFields(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function withText({ fields, text }: Message): Fields {
  return { ...fields, text };
}

export function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
