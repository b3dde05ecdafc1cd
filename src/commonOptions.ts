import type { DirectoryEntries } from './directory/entries';
import type { DisclosureAbout, DisclosureOptions } from './disclosureOptions';
import type { OnCleanupError } from './ephemeral/leases';
import type { PersonaRefusedError } from './errors';
import type { Persona } from './persona';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import type { SharedStore } from './store/sharedStore';

/**
 * The options that `personas()` and `personaClients()` share.
 *
 * @typeParam Name the names of the directory
 * @typeParam About what callbacks get besides: within `personas()`, the context
 */
export interface CommonOptions<Name extends string = string, About = unknown> {
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
   * Called when a message was sent as the Page because its persona was refused.
   * `persona` is an ID, a name of the directory, or the name of an ephemeral
   * persona. `recipient` is the customer's PSID, if known. Errors that it throws
   * are ignored. Default: a process warning.
   */
  onRefused?:
    | ((
        error: PersonaRefusedError,
        about: About & { recipient: string | null; persona: Persona },
      ) => void)
    | undefined;
  /** Who is a bot, and how customers learn it. Default: no labels, and no messages. */
  disclosure?: DisclosureOptions<DisclosureAbout & About> | undefined;
  /**
   * Signs a text that is sent without its persona, for example
   * `(text, { name }) => `${name}: ${text}``. If it throws, or returns more than
   * the channel takes, the text is sent unsigned. Default: none.
   */
  signText?: SignText | undefined;
  /**
   * What happens to a sender action other than `typing_on` and `typing_off`
   * while a persona is active: `'reject'` (default) rejects with
   * UnsupportedSenderActionError and sends nothing; `'as-page'` sends it
   * without the persona.
   */
  unsupportedSenderActions?: 'reject' | 'as-page' | undefined;
  /**
   * Called when an ephemeral persona could not be deleted or stored, or may have
   * been left behind, and when its handle was forgotten. Errors that it throws are ignored. Default:
   * a process warning.
   */
  onCleanupError?: OnCleanupError | undefined;
  /**
   * Where leases and the IDs of names are stored. `redisStore(client)` of
   * `bottender-persona/redis` can be shared by any number of processes. With a
   * Keyv (5 or 6) that has its own namespace, any process deletes the personas of
   * a dead one. Default: this process's memory.
   */
  store?: SharedStore | KeyvLike | undefined;
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
