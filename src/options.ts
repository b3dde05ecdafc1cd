import type { Context } from 'bottender';

import type { CommonOptions, SignText } from './commonOptions';
import type { NamedPersona } from './directory/entries';
import type { SentMessage } from './disclosureOptions';
import type { OnCleanupError } from './ephemeral/leases';
import type { Persona, Speaker } from './persona';
import type { PersonaKind } from './profile';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import type { MemoryStore } from './store/memory';
import type { SharedStore } from './store/sharedStore';

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
 * @typeParam C the contexts that callbacks get
 * @typeParam R what `initialPersona` returns if it is a function
 */
export interface PersonasOptions<
  Name extends string = string,
  C extends Context = Context,
  R extends StateValue = StateValue,
> extends CommonOptions<Name, { readonly context: C | null }> {
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
   * Called once for each message that the platform accepted, in the order of its
   * answers. It is not awaited; an error in it is a process warning. `context` is
   * `null` outside of events. Default: none.
   */
  onSent?:
    | ((sent: SentMessage, about: { readonly context: C | null }) => unknown)
    | undefined;
}

/** The option `onRefused`. `context` is `null` outside of events. */
export type OnRefused = NonNullable<PersonasOptions['onRefused']>;

type DisclosureSettings = NonNullable<PersonasOptions['disclosure']> & {
  readonly page: PersonaKind;
  /** Whether the bot said so itself. */
  readonly isPageGiven: boolean;
  readonly lapseMs: number;
};

/** Validated options, with defaults. */
export interface Settings {
  readonly initialPersona: Persona | null | ((context: Context) => unknown);
  readonly unsupportedSenderActions: 'reject' | 'as-page';
  readonly directory: ReadonlyMap<string, NamedPersona>;
  readonly refusedPersona: 'send-as-page' | 'throw';
  readonly signText: SignText | undefined;
  readonly disclosure: DisclosureSettings | undefined;
  readonly onSent: PersonasOptions['onSent'];
  readonly onRefused: OnRefused;
  readonly onCleanupError: OnCleanupError;
  readonly store: KeyvLike | SharedStore | MemoryStore;
  readonly ephemeral: { readonly lingerMs: number; readonly leaseMs: number };
}
