import type { ChannelName, ClientMarks, ClientMethodNames } from '../channels';
import type { SweepResult } from '../ephemeral/sweep';
import type { PersonaId, Speaker } from '../persona';
import type { EphemeralPersona, PersonaKind, PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';

import type {
  PersonaSendMethod,
  ChannelOf,
  EphemeralPersonaHandle,
  OnClient,
  SpeakingMethods,
} from './methodTypes';

/** A client that is recognised: of messaging-api-messenger, -line, -slack, -viber or -telegram, or Bottender's for WhatsApp. */
export type KnownClient = ClientMarks[ChannelName];

/** What `client()` adds to a client. `Name` is a name of the directory. */
export interface ClientPersonaMethods<
  Name extends string = string,
  Channel extends ChannelName = 'messenger',
> {
  /**
   * A speaker: this client's send and typing methods, always as this persona
   * (`null`: as the Page; omitted: as the active speaker). They are bound, take
   * the recipient first, and take no `personaId`.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  as(
    ...persona: [] | [persona: Speaker<Name> | null]
  ): SpeakingMethods<this, ClientMethodNames[Channel]>;

  /**
   * Speaks as this persona in all that this client sends inside `run`, including
   * what `run` calls and awaits, and returns what `run` returns.
   *
   * Rejects with InvalidPersonaError for an empty or non-string persona.
   */
  withPersona<T>(
    persona: Speaker<Name> | null,
    run: (client: this) => T | Promise<T>,
  ): Promise<T>;

  /**
   * Creates a persona, speaks as it in all that this client sends inside `run`, and
   * deletes it after the last send of the block is answered.
   *
   * Rejects with InvalidProfileError for a profile that Messenger would refuse.
   */
  withEphemeralPersona<T>(
    profile: PersonaProfile,
    run: (persona: EphemeralPersona<PersonaId>, client: this) => T | Promise<T>,
  ): Promise<T>;

  /**
   * Creates a persona that speaks until it is released, such as an agent's from
   * sign-in to sign-out, and returns the handle to speak and release it with.
   *
   * Rejects with InvalidProfileError for a profile that Messenger would refuse,
   * and with ReleasedHandleError after `close()`.
   *
   * @example
   * ```ts
   * const adam = await client.createEphemeralPersona(profile);
   * await adam.sendText(psid, 'Adam here.');
   * await adam.release();
   * ```
   */
  createEphemeralPersona(
    profile: PersonaProfile,
  ): Promise<EphemeralPersonaHandle<this, ClientMethodNames[Channel]>>;
}

/**
 * A client whose send and typing methods carry personas: what `client()` gives
 * for one of any channel.
 *
 * @typeParam C the client's class, Bottender's or one that extends it
 * @typeParam Name the names of the directory, as for `PersonaContext`
 */
export type PersonaClient<
  C extends object,
  Name extends string = string,
  Channel extends ChannelName = ChannelOf<C>,
> = Omit<
  C,
  keyof ClientPersonaMethods | (keyof C & ClientMethodNames[Channel])
> &
  ClientPersonaMethods<Name, Channel> & {
    [M in keyof C & ClientMethodNames[Channel]]: Channel extends 'messenger'
      ? PersonaSendMethod<C, M, Name>
      : M extends `${string}RawBody`
        ? C[M]
        : OnClient<C[M], Name>;
  };

/** What is known of conversations: who spoke last, and when. */
export interface ConversationControls {
  /**
   * Records that somebody spoke whose message the plugin has not sent, such as a
   * person in other software, so that the next message of a bot discloses the
   * `handback`. `recipient` is whom the client's methods send to.
   *
   * @throws TypeError if `client` is not a client; InvalidProfileError for another
   * kind; UnknownPageError if Messenger does not say which Page the client is of
   * @example
   * ```js
   * await plugin.conversations.record(getClient('messenger'), psid, 'human');
   * ```
   */
  record(
    client: object,
    recipient: string | number,
    kind: PersonaKind,
  ): Promise<void>;

  /**
   * Forgets a conversation, for a request for erasure or a test. The next message
   * of a bot discloses the `start`.
   *
   * @throws TypeError if `client` is not a client; PersonaStoreError while the
   * store is away; UnknownPageError if Messenger does not say which Page the client is of
   */
  forget(client: object, recipient: string | number): Promise<void>;
}

/** What gives personas to clients, and cleans up after them. */
export interface PersonaClients<Name extends string = string> {
  /**
   * Adds personas to a client, for code without a context, such as an agents'
   * console or a cron job. It takes the client of any channel. Its send and
   * typing methods use the persona of `as`, `withPersona`,
   * `withEphemeralPersona` or `createEphemeralPersona`, or their own `personaId`
   * option. Names, refusals and errors work as on a context; `initialPersona`
   * does not apply. On Messenger, `sendRawBody` and `sendMessageFormData` carry
   * personas too, unless they have a `persona_id`; `sendBatch` does not.
   *
   * Any other object with send methods of a channel's client is taken if the
   * option `channel` names the channel. On Messenger, names and ephemeral
   * personas need the methods `getPageInfo`, `createPersona`, `getPersona`,
   * `getPersonas` and `deletePersona` of messaging-api-messenger, or an `axios`
   * and an `accessToken` as that client's.
   *
   * Returns a new object, the same one for the same client.
   *
   * @throws TypeError if `client` is not a client; InvalidOptionError for an
   * unknown channel
   * @example
   * ```js
   * const client = plugin.client(getClient('messenger'));
   * await client.as('adam').sendText(psid, 'Adam here.');
   *
   * const custom = plugin.client(myFetchClient, { channel: 'messenger' });
   * ```
   */
  client<C extends KnownClient>(client: C): PersonaClient<C, Name>;
  client<C extends object, Channel extends ChannelName>(
    client: C,
    options: { channel: Channel },
  ): PersonaClient<C, Name, Channel>;

  /** What is known of conversations, for `disclosure.message`. Without that option nothing is kept. */
  readonly conversations: ConversationControls;

  /**
   * Shuts down: releases all handles of `createEphemeralPersona`, and deletes
   * ephemeral personas, those in use after their last use. Resolves when all are
   * deleted, or after `timeoutMs` milliseconds (default 10,000). Personas that
   * remain are reported to `onCleanupError` and deleted by a later sweep.
   *
   * Rejects with InvalidOptionError for a bad `timeoutMs`, and with no other error.
   *
   * @example
   * ```js
   * process.once('SIGTERM', () => plugin.close().then(() => process.exit()));
   * ```
   */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;

  /**
   * Deletes the ephemeral personas of dead processes on this client's Page. The
   * plugin also does this by itself. Resolves to the deleted personas and the
   * suspects: personas that such a process may have created, for you to delete.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError;
   * TypeError if `client` is not a client of Messenger
   * @example
   * ```js
   * const { deleted, suspects } = await plugin.sweep(getClient('messenger'));
   * ```
   */
  sweep(client: object): Promise<SweepResult>;

  /** A copy of the counters. `stats().refused` counts every refusal; `onRefused` is called once for each. */
  stats(): PersonaStats;
}
