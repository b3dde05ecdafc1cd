/**
 * What a channel is: one file beside this one says which calls to its client
 * carry messages, how a persona is applied to a message, and which answers
 * refuse that. To add a channel, add a file, and its line in `index.ts`.
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
  /** The object whose fields say who speaks: the options of the call, or the message itself. */
  readonly fields: Fields;
  /** Its text, which can say who speaks where no persona is shown. */
  readonly text?: string | undefined;
}

/** A call that carries messages, as its channel reads it. */
export interface MessageCall {
  readonly messages: readonly Message[];
  /** The same call with other messages in place of its own, as many as it has. */
  withMessages(messages: readonly Message[]): ClientCall;
  readonly recipient?: unknown;
  /** The token of another Page than the client's. */
  readonly accessToken?: unknown;
  /** What Messenger shows in place of a message: `typing_on`. */
  readonly senderAction?: string | undefined;
  readonly file?: MessageFile | undefined;
}

/** A file that is sent with a message: its contents, or a form with them and the message. */
export type MessageFile =
  | {
      readonly type: 'image' | 'audio' | 'video' | 'file';
      readonly contents: Buffer | ReadStream;
    }
  | { readonly type: 'form'; readonly contents: MultipartForm };

/** A form of the package "form-data". */
export interface MultipartForm {
  getHeaders(): Record<string, string>;
  /** Headers, values and functions, in turn. */
  readonly _streams: readonly unknown[];
}

/** What a client is called with, and under another name where only another method carries the message. */
export interface ClientCall {
  readonly args: unknown[];
  readonly method?: string;
}

/** How a profile looks on a channel. */
export interface DisplayProfile {
  /** What each message gets. */
  readonly fields: Fields;
  /** What cannot be shown, for people. */
  readonly missing?: string;
}

/** @returns `undefined` for arguments that carry no message */
export type ReadCall = (args: readonly unknown[]) => MessageCall | undefined;

export interface Channel {
  /** As Bottender's contexts name it. */
  readonly platform: string;
  /** `undefined` where Pages speak. */
  readonly info?: ChannelInfo | undefined;
  /** The names of the methods that send or type, of contexts and clients. */
  readonly sendMethods: RegExp;
  /** A method, or an object of methods, that every client of the channel has. */
  readonly clientMethod: string;
  /** The client's method that takes what this method of a context takes, where its name is another. */
  readonly clientMethodFor?: (contextMethod: string) => string;
  /** The method that takes a sender action, which personas may not support. */
  readonly senderActionMethod?: string;
  /** Methods that wait before they send, or whose calls are checked first. */
  readonly rememberedMethods?: readonly string[];
  /** An object of functions that contexts and clients have besides their own. */
  readonly namespaces?: readonly string[];
  /** Methods of contexts that drop what their options say about who speaks, with the position of these. */
  readonly droppedOptions?: Readonly<Record<string, number>>;
  /** Methods by which Bottender's context makes the options of its calls to the client. */
  readonly optionsMethods?: readonly string[];
  /** Called with a context whose message was not sent, because its speaker is refused. */
  readonly onUnsent?: (context: object) => void;
  /** Where a context queues requests that are answered later. */
  readonly requestQueue?: string;
  /** Where a context queues bare messages until its handler has ended. */
  readonly messageQueues?: readonly string[];

  /**
   * How to read the calls of a method of the client, or of the request queue
   * (`'_batchQueue.push'`); `undefined` for one that carries no messages.
   */
  reader(method: string): ReadCall | undefined;
  /** The position of the options that may name a persona, in calls which otherwise need not be read. */
  optionsPosition?(method: string): number | undefined;

  /** Adds a persona's ID, or a profile's fields, to those of a message; omitted: where it lacks them. */
  readonly addFields?: (fields: Fields, added: Fields) => Fields;

  /** Applies a profile to messages; omitted where they carry an ID, or nothing. */
  readonly displayProfile?: (profile: PersonaProfile) => DisplayProfile;
  /** The field that says who speaks: a message that has it is left as it is. */
  readonly profileField?: string;
  /** Whether messages carry the ID of a persona. */
  readonly carriesId?: boolean;
  /**
   * A digest of the client's account, where it decides whether profiles are
   * taken: one account may be refused what another is granted.
   */
  readonly accountOf?: (client: unknown) => string;
  /** What an error says about the persona, where it is a definite refusal; with any secrets in it. */
  readonly readRefusal?: (error: unknown) => Refusal | undefined;
  /** What an answer says where the message was delivered without its profile. */
  readonly readIgnored?: (
    answer: unknown,
    fields: Fields,
  ) => string | undefined;
}

/** A method of a client, or of a queue, that sends. */
export interface SendMethod {
  readonly channel: Channel;
  readonly method: string;
  readonly read: ReadCall;
  readonly optionsPosition?: number | undefined;
}

const sendMethods = new WeakMap<Channel, Map<string, SendMethod | null>>();

/** The channel's method of this name; `undefined` for one that sends nothing. */
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
   * @param at the position of its options, or of the message
   * @param textAt the position of its text; `at` where it is in the message
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

/** The same call as the client's, whose arguments hold those of `call`. */
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

export function fieldsAt(args: readonly unknown[], at: number): Fields {
  const given = args[at];
  return isFields(given) ? given : NO_FIELDS;
}

/** Options, or a message; no file contents, arrays or instances of classes. */
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
