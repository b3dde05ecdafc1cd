import type { MessengerClient } from 'bottender';

import type { SendMethodNames } from '../channels';
import type { PersonaId, Speaker } from '../persona';
import type { EphemeralPersona, PersonaProfile } from '../profile';

import type {
  PersonaSendMethod,
  EphemeralPersonaHandle,
  FileOption,
  SpeakingMethods,
  UploadMethod,
} from './personaContext';

/** The client methods that carry personas; a batch is sent unchanged. */
type ClientMethod = Exclude<SendMethodNames['messenger'], 'sendBatch'>;

/** What `plugin.client()` adds to a client. `Name` is a name of the directory. */
export interface ClientPersonaMethods<Name extends string = string> {
  /**
   * A speaker: this client's send and typing methods, always as this persona
   * (`null`: as the Page; omitted: as the active speaker). They are bound, take
   * the recipient first, and take no `personaId`.
   *
   * @throws InvalidPersonaError for an empty or non-string persona
   */
  as(...persona: [] | [persona: Speaker<Name> | null]): SpeakingMethods<this>;

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
  ): Promise<EphemeralPersonaHandle<this>>;
}

/**
 * A client whose send and typing methods carry personas: `plugin.client()` returns
 * one for a client of messaging-api-messenger.
 *
 * @typeParam C the client's class, Bottender's or one that extends it
 * @typeParam Name the names of the directory, as for `PersonaContext`
 */
export type PersonaClient<
  C extends MessengerClient = MessengerClient,
  Name extends string = string,
> = Omit<C, keyof ClientPersonaMethods | (keyof C & ClientMethod)> &
  ClientPersonaMethods<Name> & {
    [M in keyof C & ClientMethod]: PersonaSendMethod<
      C[M],
      Name,
      M extends UploadMethod ? FileOption : unknown
    >;
  };
