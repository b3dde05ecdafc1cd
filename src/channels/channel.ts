/**
 * The interface of a channel. Each channel has a file in this folder, which says
 * which calls of its client carry messages, how a persona is applied to a message,
 * and which responses refuse it. CONTRIBUTING.md says how to add one.
 */
import type { ChannelInfo } from '../errors';
import type { GraphFailure } from '../graph/graphFailure';
import type { PersonaProfile } from '../profile';
import { shownName, type Label } from '../shownName';

import type { ClientCall, Fields, ReadCall } from './messageCall';

/** A profile as a channel shows it. */
export interface DisplayProfile {
  /** The fields to add to each message. */
  readonly fields: Fields;
  /** What the channel cannot show, for a warning. */
  readonly missing?: string;
}

/** A profile on one channel, with the name that customers read there. */
export interface Displayed extends DisplayProfile {
  readonly name: string;
}

/**
 * `undefined` where the channel shows no profiles.
 *
 * @throws InvalidProfileError where the label leaves no room for the name
 */
export function displayOn(
  { displayProfile, maxNameLength = Infinity }: Channel,
  profile: PersonaProfile,
  label: Label | undefined,
): Displayed | undefined {
  if (!displayProfile) return undefined;
  const name = shownName(profile, maxNameLength, label);
  return { name, ...displayProfile({ ...profile, name }) };
}

/** A platform's response that refuses a persona. */
export interface Refusal {
  /**
   * `'recipient'`: personas are refused for this recipient; `'persona'`: a
   * persona by its ID; `'profile'`: a name or picture; `'account'`: every
   * profile of this account.
   */
  readonly about: 'recipient' | 'persona' | 'profile' | 'account';
  readonly failure: GraphFailure;
  /** The positions of the refused messages in the call; omitted: all. */
  readonly messages?: readonly number[];
}

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
  /** Properties of contexts and clients that are objects of functions. */
  readonly namespaces?: readonly string[];
  /** Context methods that drop the speaker from their options, with the position of the options. */
  readonly droppedOptions?: Readonly<Record<string, number>>;
  /** Methods by which Bottender's context creates the options of its calls to the client. */
  readonly optionsMethods?: readonly string[];
  /** Called with the client's method and the context of a message that was not sent because its speaker is refused. */
  readonly onUnsent?: (method: string, context: object) => void;
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

  /** The call by which this client sends what a call says; omitted: the call itself. */
  readonly callFor?: (
    client: object,
    method: string,
    call: ClientCall,
  ) => ClientCall | undefined;

  /** Adds the fields of a speaker to those of a message. Default: without replacing any. */
  readonly addFields?: (fields: Fields, added: Fields) => Fields;

  /** Converts a profile, with the name as it is shown, to fields of a message; omitted if messages carry an ID or nothing. */
  readonly displayProfile?: (profile: PersonaProfile) => DisplayProfile;
  /** The longest name that it shows. */
  readonly maxNameLength?: number;
  /** The longest text that it takes. */
  readonly maxTextLength?: number;
  /** The field of a text that names places in it, and what each entry calls its place. */
  readonly placesInText?: { readonly field: string; readonly place: string };
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
  /** The same call with more texts among the messages; `undefined` where they do not fit. */
  readonly insertTexts?: (
    method: string,
    args: readonly unknown[],
    texts: readonly InsertedText[],
  ) => ClientCall | undefined;
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

/**
 * A channel with what the compiler has to know of it.
 *
 * @typeParam Own a method that only clients of the channel have
 * @typeParam OfContext the names of the methods of contexts that send
 * @typeParam OfClient the names of the methods of clients that send
 */
export interface TypedChannel<
  Platform extends string,
  Own extends string,
  OfContext extends string,
  OfClient extends string = OfContext,
> extends Channel {
  readonly platform: Platform;
  readonly ownMethod: Own;
  /** Never set: it carries the types. */
  readonly methods?: { readonly context: OfContext; readonly client: OfClient };
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

/** The channel's method of this name; `undefined` if it sends nothing. */
export function sendMethod(
  channel: Channel,
  method: string,
): SendMethod | undefined {
  const read = channel.reader(method);
  const optionsPosition = channel.optionsPosition?.(method);
  return read && { channel, method, read, optionsPosition };
}
