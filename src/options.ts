import type { Context } from 'bottender';

import type { DirectoryEntries, DirectoryEntry } from './directory/entries';
import type { PersonaError, PersonaRefusedError } from './errors';
import type { Persona, Speaker } from './persona';
import type { EphemeralPersona } from './profile';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import type { MemoryStore } from './store/memory';
import type { RedisStore } from './store/redis/redisStore';

/** What session state may hold under a key: anything, so only at run time is it known for a persona. */
export type StateValue = Context['state'][string];

/** What of `R` a function may give that says who speaks: literals are held against `S`, what state holds is not. */
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
 * How `personas()` behaves; every option may be left out.
 *
 * @typeParam R what a function as `initialPersona` gives
 */
export interface PersonasOptions<
  Name extends string = string,
  C extends Context = Context,
  R extends StateValue = StateValue,
> {
  /**
   * The persona in force when an event starts: an ID or a name, or a function of
   * the context (it may be async; `null` or `undefined` is the Page). With
   * session state this makes a persona last a conversation. Default: the Page.
   */
  initialPersona?:
    | Speaker<NoInfer<Name>>
    | null
    | ((context: C) => R | Promise<R>)
    | undefined;
  /**
   * Names for personas: `{ adam: { name, profilePictureUrl }, desk: '<PERSONA_ID>' }`.
   * A profile's persona is found or made on a Page when a send first needs it
   * there; one with an `id` as well exists. No two have the same `name`.
   * Default: none.
   */
  directory?: DirectoryEntries<Name> | undefined;
  /**
   * What happens to a message whose persona Messenger refuses: `'send-as-page'`
   * (the default) sends it once more without the persona and tells `onRefused`,
   * `'throw'` rejects with PersonaRefusedError.
   */
  refusedPersona?: 'send-as-page' | 'throw' | undefined;
  /**
   * A `sendText` that goes out without its face passes through this, so that
   * the text can say who speaks: `(text, { name }) => `${name}: ${text}``. If it
   * throws, the text goes unsigned. Default: none.
   */
  signText?: SignText | undefined;
  /**
   * Told when a message went out as the Page because its persona was refused.
   * What it throws is ignored. Default: a process warning.
   */
  onRefused?: OnRefused | undefined;
  /**
   * What happens to a sender action other than `typing_on` and `typing_off`
   * with a persona in force: `'reject'` (the default) rejects with
   * UnsupportedSenderActionError before anything is sent, `'as-page'` sends it
   * without the persona.
   */
  unsupportedSenderActions?: 'reject' | 'as-page' | undefined;
  /**
   * Told when a persona made on the fly could not be deleted, may have been
   * left behind, or could not be written to the store. What it throws is
   * ignored. Default: a process warning.
   */
  onCleanupError?: OnCleanupError | undefined;
  /**
   * Where leases and the directory's IDs are kept: `redisStore(client)` of
   * `bottender-persona/redis`, which any number of processes share, or a Keyv (5
   * or 6), by which whoever comes next deletes what a dead process left behind;
   * give that a namespace of its own. Default: the memory of this process.
   */
  store?: RedisStore | KeyvLike | undefined;
  /** About personas made on the fly. */
  ephemeral?:
    | {
        /** How long a persona is kept after its last use, for the next handler; milliseconds. Default: 0. */
        lingerMs?: number | undefined;
        /** After how long without renewal a persona counts as left behind; milliseconds, at least 1000. Default: 60000. */
        leaseMs?: number | undefined;
      }
    | undefined;
}

/** `name` is what customers would have read above the text. */
export type SignText = (text: string, about: { name: string }) => string;

/**
 * `persona` is an ID, or a name: the directory's, or that of a persona made on
 * the fly. `recipient` is the customer's PSID, where it is known; `context` is
 * `null` outside an event.
 */
export type OnRefused = (
  error: PersonaRefusedError,
  about: {
    context: Context | null;
    recipient: string | null;
    persona: Persona;
  },
) => void;

/** `persona` is `null` where the error is about no single one. */
export type OnCleanupError = (
  error: PersonaError,
  persona: EphemeralPersona | null,
) => void;

/** The options, checked, with every default filled in. */
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
