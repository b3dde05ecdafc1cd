import type { Context } from 'bottender';

import { checkDirectory, type DirectoryEntries } from './directory/entries';
import {
  InvalidOptionError,
  type PersonaError,
  type PersonaRefusedError,
} from './errors';
import type { Persona } from './persona';
import type { EphemeralPersona, PersonaProfile } from './profile';
import {
  MemoryStore,
  type PersonaStore,
  type UncheckedKeyv,
} from './store/store';

/** How `personas()` behaves; every option may be left out. */
export interface PersonasOptions<
  C extends Context = Context,
  Name extends string = string,
> {
  /**
   * The persona in force when an event starts: an ID, or a function of the
   * context (it may be async; `null` or `undefined` is the Page). With session
   * state this makes a persona last a conversation. An error that it throws
   * ends the event, as any plugin's does. Default: the Page.
   */
  initialPersona?:
    | Persona
    | null
    | ((
        context: C,
      ) => Persona | null | undefined | Promise<Persona | null | undefined>);
  /**
   * Names for personas: `{ adam: { name, profilePictureUrl }, desk: '<PERSONA_ID>' }`.
   * A profile's persona is found or made on a Page when a send first needs it
   * there. Default: none.
   */
  directory?: DirectoryEntries<Name>;
  /**
   * What happens to a message whose persona Messenger refuses: `'send-as-page'`
   * (the default) sends it once more without the persona and tells `onRefused`,
   * `'throw'` rejects with PersonaRefusedError.
   */
  refusedPersona?: 'send-as-page' | 'throw';
  /**
   * Told when a message went out as the Page because its persona was refused.
   * What it throws is ignored. Default: a process warning.
   */
  onRefused?: OnRefused;
  /**
   * What happens to a sender action other than `typing_on` and `typing_off`
   * with a persona in force: `'reject'` (the default) rejects with
   * UnsupportedSenderActionError before anything is sent, `'as-page'` sends it
   * without the persona.
   */
  unsupportedSenderActions?: 'reject' | 'as-page';
  /**
   * Told when a persona made on the fly could not be deleted, may have been
   * left behind, or could not be written to the store. What it throws is
   * ignored. Default: a process warning.
   */
  onCleanupError?: OnCleanupError;
  /**
   * A Keyv (5 or 6) that remembers leases across processes, so that whoever
   * comes next deletes what a dead process left behind. Give it a namespace of
   * its own. Default: the memory of this process.
   */
  store?: PersonaStore | UncheckedKeyv;
  /** About personas made on the fly. */
  ephemeral?: {
    /** How long a persona is kept after its last use, for the next handler; milliseconds. Default: 0. */
    lingerMs?: number;
    /** After how long without renewal a persona counts as left behind; milliseconds, at least 1000. Default: 60000. */
    leaseMs?: number;
  };
}

/** `persona` is an ID, or a name: the directory's, or that of a persona made on the fly. */
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
  readonly directory: ReadonlyMap<string, PersonaProfile | string>;
  readonly refusedPersona: 'send-as-page' | 'throw';
  readonly signText:
    ((text: string, about: { name: string }) => string) | undefined;
  readonly onRefused: OnRefused;
  readonly onCleanupError: OnCleanupError;
  readonly store: PersonaStore;
  readonly ephemeral: { readonly lingerMs: number; readonly leaseMs: number };
}

type OptionName = keyof PersonasOptions;

/** What is wrong with a value, in the words of an error; nothing if it is right. */
type Check = (value: unknown) => string | false;

const mustBeFunction: Check = (value) =>
  typeof value !== 'function' && 'must be a function';

const CHECKS: Record<OptionName, Check> = {
  initialPersona: (value) =>
    value !== null &&
    typeof value !== 'function' &&
    (typeof value !== 'string' || value.trim() === '') &&
    'must be a non-empty string, null, or a function of the context',
  unsupportedSenderActions: (value) =>
    value !== 'reject' &&
    value !== 'as-page' &&
    "must be 'reject' or 'as-page'",
  directory: () => false,
  refusedPersona: (value) =>
    value !== 'send-as-page' &&
    value !== 'throw' &&
    "must be 'send-as-page' or 'throw'",
  onRefused: mustBeFunction,
  onCleanupError: mustBeFunction,
  store: (value) =>
    !isStore(value) &&
    'must be a Keyv that can be iterated: an object with get, set, delete and iterator',
  ephemeral: checkEphemeral,
};

/** Under this, renewals come so often that a slow moment costs a persona. */
const MIN_LEASE_MS = 1000;
/** What Node's timers can wait for. */
const MAX_MS = 2 ** 31 - 1;

/** @throws InvalidOptionError naming the option that is unknown or has a bad value */
export function checkOptions(options: unknown = {}): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(
      `personas() takes an object of options, but this was ${options === null ? 'null' : `of type ${typeof options}`}.`,
    );
  }
  const given: PersonasOptions = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!isOptionName(name)) {
      throw new InvalidOptionError(
        `personas() has no option "${name}"; it has ${Object.keys(CHECKS).join(', ')}.`,
      );
    }
    const wrong = CHECKS[name](value);
    if (wrong) {
      throw new InvalidOptionError(
        `The option "${name}" of personas() ${wrong}.`,
      );
    }
    Object.assign(given, { [name]: value as unknown });
  }
  return {
    initialPersona: given.initialPersona ?? null,
    unsupportedSenderActions: given.unsupportedSenderActions ?? 'reject',
    directory: checkDirectory(
      given.directory === undefined ? {} : given.directory,
    ),
    refusedPersona: given.refusedPersona ?? 'send-as-page',
    signText: undefined,
    onRefused: given.onRefused ?? warnOfRefusal,
    onCleanupError: given.onCleanupError ?? warn,
    store: isStore(given.store) ? given.store : new MemoryStore(),
    ephemeral: {
      lingerMs: given.ephemeral?.lingerMs ?? 0,
      leaseMs: given.ephemeral?.leaseMs ?? 60_000,
    },
  };
}

function checkEphemeral(value: unknown): string | false {
  if (typeof value !== 'object' || value === null) return 'must be an object';
  for (const [name, ms] of Object.entries(value)) {
    const least = { lingerMs: 0, leaseMs: MIN_LEASE_MS }[name];
    if (least === undefined) {
      return `has no "${name}"; it has lingerMs and leaseMs`;
    }
    if (ms === undefined) continue;
    if (typeof ms !== 'number' || !(ms >= least && ms <= MAX_MS)) {
      return `has a bad "${name}": it must be a number of milliseconds from ${least} to ${MAX_MS}`;
    }
  }
  return false;
}

function isStore(value: unknown): value is PersonaStore {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['get', 'set', 'delete', 'iterator'].every(
      (method) => typeof Reflect.get(value, method) === 'function',
    )
  );
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(CHECKS, name);
}

function warn({ message }: Error): void {
  process.emitWarning(message, 'PersonaWarning');
}

function warnOfRefusal({ message }: PersonaRefusedError): void {
  process.emitWarning(`${message} The Page speaks instead.`, 'PersonaWarning');
}
