import type { Context } from 'bottender';

import type { DirectoryEntries, DirectoryEntry } from './directory/entries';
import type { PersonaError, PersonaRefusedError } from './errors';
import type { Persona, Speaker } from './persona';
import type { EphemeralPersona } from './profile';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import type { MemoryStore } from './store/memory';
import type { RedisStore } from './store/redis/redisStore';

/** The type of a value in session state, which is checked at run time only. */
export type StateValue = Context['state'][string];

/** The result of a function that returns a speaker: literals must be in `S`, session state may be anything. */
export type CheckedSpeaker<R, S extends Persona> = [StateValue] extends [
  R | undefined,
]
  ? R
  : R extends string
    ? string extends R
      ? R
      : S
    : R extends null | undefined
      ? R
      : S;

/**
 * The options of `personas()`.
 *
 * @typeParam Name the names of the directory
 * @typeParam C the contexts that `initialPersona` gets
 * @typeParam R what `initialPersona` returns if it is a function
 */
export interface PersonasOptions<
  Name extends string = string,
  C extends Context = Context,
  R extends StateValue = StateValue,
> {
  /**
   * The active persona when an event starts: an ID, a name, or a sync or async
   * function of the context that returns one (`null` or `undefined` for the
   * Page). Read it from session state to keep a persona for a conversation.
   * Default: the Page.
   */
  initialPersona?:
    | Speaker<NoInfer<Name>>
    | null
    | ((context: C) => R | Promise<R>)
    | undefined;
  /**
   * Names for personas: `{ adam: { name, profilePictureUrl }, desk: '<PERSONA_ID>' }`.
   * A profile's persona is found or created on a Page when a send first needs
   * it; one with an `id` exists already. Each profile needs its own `name`.
   * Default: none.
   */
  directory?: DirectoryEntries<Name> | undefined;
  /**
   * What happens to a message whose persona Messenger refuses: `'send-as-page'`
   * (default) sends it again without the persona and calls `onRefused`;
   * `'throw'` rejects with PersonaRefusedError.
   */
  refusedPersona?: 'send-as-page' | 'throw' | undefined;
  /**
   * Signs the text of a `sendText` that is sent without its persona, for
   * example `(text, { name }) => `${name}: ${text}``. If it throws, the text is
   * sent unsigned. Default: none.
   */
  signText?: SignText | undefined;
  /**
   * Called when a message was sent as the Page because its persona was refused.
   * Errors that it throws are ignored. Default: a process warning.
   */
  onRefused?: OnRefused | undefined;
  /**
   * What happens to a sender action other than `typing_on` and `typing_off`
   * while a persona is active: `'reject'` (default) rejects with
   * UnsupportedSenderActionError and sends nothing; `'as-page'` sends it
   * without the persona.
   */
  unsupportedSenderActions?: 'reject' | 'as-page' | undefined;
  /**
   * Called when an ephemeral persona could not be deleted or stored, or may have
   * been left behind, and when its handle was forgotten. Errors that it throws are
   * ignored. Default: a process warning.
   */
  onCleanupError?: OnCleanupError | undefined;
  /**
   * Where leases and the IDs of names are stored. `redisStore(client)` of
   * `bottender-persona/redis` can be shared by any number of processes. With a
   * Keyv (5 or 6) that has its own namespace, any process deletes the personas of
   * a dead one. Default: this process's memory.
   */
  store?: RedisStore | KeyvLike | undefined;
  /** Options of ephemeral personas. */
  ephemeral?:
    | {
        /** How long a persona is kept for the next handler after its last use, in milliseconds. Default: 0. */
        lingerMs?: number | undefined;
        /** How long after its last renewal a persona counts as left behind, in milliseconds; at least 1000. Default: 60000. */
        leaseMs?: number | undefined;
      }
    | undefined;
}

/** `name` is what customers would have seen above the text. */
export type SignText = (text: string, about: { name: string }) => string;

/**
 * `persona` is an ID, a name of the directory, or the name of an ephemeral
 * persona. `recipient` is the customer's PSID, if known. `context` is `null`
 * outside of events.
 */
export type OnRefused = (
  error: PersonaRefusedError,
  about: {
    context: Context | null;
    recipient: string | null;
    persona: Persona;
  },
) => void;

/** `persona` is `null` if the error is not about a single one. */
export type OnCleanupError = (
  error: PersonaError,
  persona: EphemeralPersona | null,
) => void;

/** Validated options, with defaults. */
export interface Settings {
  readonly initialPersona: Persona | null | ((context: Context) => unknown);
  readonly unsupportedSenderActions: 'reject' | 'as-page';
  readonly directory: ReadonlyMap<string, DirectoryEntry>;
  readonly refusedPersona: 'send-as-page' | 'throw';
  readonly signText: SignText | undefined;
  readonly onRefused: OnRefused;
  readonly onCleanupError: OnCleanupError;
  readonly store: KeyvLike | RedisStore | MemoryStore;
  readonly ephemeral: { readonly lingerMs: number; readonly leaseMs: number };
}
