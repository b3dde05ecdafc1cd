import type { Context } from 'bottender';

import {
  checkDirectory,
  type DirectoryEntries,
  type DirectoryEntry,
} from './directory/entries';
import {
  InvalidOptionError,
  type PersonaError,
  type PersonaRefusedError,
} from './errors';
import { didYouMean } from './nearest';
import { isPersonaId, type Persona, type Speaker } from './persona';
import type { EphemeralPersona } from './profile';
import {
  MemoryStore,
  type PersonaStore,
  type UncheckedKeyv,
} from './store/store';

/** What session state may hold under a key: anything, so only at run time is it known for a persona. */
export type FromState = Context['state'][string];

/** What of `R` a function may give that says who speaks: literals are held against `S`, what state holds is not. */
export type Held<R, S extends Persona> = [FromState] extends [R | undefined]
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
  R extends FromState = FromState,
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
  directory?: DirectoryEntries<Name>;
  /**
   * What happens to a message whose persona Messenger refuses: `'send-as-page'`
   * (the default) sends it once more without the persona and tells `onRefused`,
   * `'throw'` rejects with PersonaRefusedError.
   */
  refusedPersona?: 'send-as-page' | 'throw';
  /**
   * A `sendText` that goes out without its face passes through this, so that
   * the text can say who speaks: `(text, { name }) => `${name}: ${text}``. If it
   * throws, the text goes unsigned. Default: none.
   */
  signText?: SignText;
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
  readonly store: PersonaStore;
  readonly ephemeral: { readonly lingerMs: number; readonly leaseMs: number };
}

type OptionName = keyof PersonasOptions;

/** What is wrong with a value, in the words of an error; nothing if it is right. */
type Check = (value: unknown) => string | false;

const mustBeFunction: Check = (value) =>
  typeof value !== 'function' && 'must be a function';

const mustBeWord =
  (...words: string[]): Check =>
  (value) =>
    !words.some((word) => word === value) &&
    `must be ${words.map((word) => `'${word}'`).join(' or ')}` +
      (typeof value === 'string' ? didYouMean(value, words) : '');

const CHECKS: Record<OptionName, Check> = {
  initialPersona: (value) =>
    value !== null &&
    typeof value !== 'function' &&
    (typeof value !== 'string' || value.trim() === '') &&
    'must be a non-empty string, null, or a function of the context',
  unsupportedSenderActions: mustBeWord('reject', 'as-page'),
  // Its entries are checked by `checkDirectory`.
  directory: (value) => value === null && 'must be an object of names',
  refusedPersona: mustBeWord('send-as-page', 'throw'),
  signText: mustBeFunction,
  onRefused: mustBeFunction,
  onCleanupError: mustBeFunction,
  store: (value) =>
    !isStore(value) &&
    'must be a Keyv that can be iterated: an object with get, set, delete and iterator',
  ephemeral: checkEphemeral,
};

/** Under this, renewals come so often that a slow moment costs a persona. */
const MIN_LEASE_MS = 1000;
const LEAST_MS = { lingerMs: 0, leaseMs: MIN_LEASE_MS };
/** What Node's timers can wait for. */
const MAX_MS = 2 ** 31 - 1;

/** @throws InvalidOptionError naming the option that is unknown or has a bad value */
export function checkOptions(options: unknown = {}): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(
      `personas() takes an object of options, but this was ${options === null ? 'null' : `of type ${typeof options}`}.`,
    );
  }
  if (isContext(options)) {
    throw new InvalidOptionError(
      'personas was given a context as its options, because it was not called: write `plugins: [personas()]`, or `chain([personas(), App])`.',
    );
  }
  const given: PersonasOptions = {};
  for (const [name, value] of Object.entries(options)) {
    if (!isOptionName(name)) {
      const names = Object.keys(CHECKS);
      throw new InvalidOptionError(
        `personas() has no option "${name}"${didYouMean(name, names)}; it has ${names.join(', ')}.`,
      );
    }
    if (value === undefined) continue;
    const wrong = CHECKS[name](value);
    if (wrong) {
      throw new InvalidOptionError(
        `The option "${name}" of personas() ${wrong}.`,
      );
    }
    Object.assign(given, { [name]: value as unknown });
  }
  const directory = checkDirectory(given.directory ?? {});
  const initialPersona = given.initialPersona ?? null;
  if (typeof initialPersona === 'string') {
    checkInitialPersona(initialPersona, [...directory.keys()]);
  }
  return {
    initialPersona,
    unsupportedSenderActions: given.unsupportedSenderActions ?? 'reject',
    directory,
    refusedPersona: given.refusedPersona ?? 'send-as-page',
    signText: given.signText,
    onRefused: given.onRefused ?? warnOfRefusal,
    onCleanupError: given.onCleanupError ?? warn,
    store: isStore(given.store) ? given.store : new MemoryStore(),
    ephemeral: {
      lingerMs: given.ephemeral?.lingerMs ?? 0,
      leaseMs: given.ephemeral?.leaseMs ?? 60_000,
    },
  };
}

/** As long as app secrets are; tokens are longer. What is shorter may be shown. */
const SECRET_LENGTH = 32;

/** @throws InvalidOptionError for what is neither an ID nor one of the names */
function checkInitialPersona(persona: Persona, names: string[]): void {
  if (isPersonaId(persona) || names.includes(persona)) return;
  const shown = persona.length < SECRET_LENGTH ? ` "${persona}"` : '';
  const known = names.length > 0 ? ` (${names.join(', ')})` : '';
  throw new InvalidOptionError(
    `The option "initialPersona" of personas() is${shown} neither an ID, which has digits only, ` +
      `nor a name of the directory${known}${didYouMean(persona, names)}.`,
  );
}

function checkEphemeral(value: unknown): string | false {
  if (typeof value !== 'object' || value === null) return 'must be an object';
  for (const [name, ms] of Object.entries(value)) {
    const least = new Map(Object.entries(LEAST_MS)).get(name);
    if (least === undefined) {
      const names = Object.keys(LEAST_MS);
      return `has no "${name}"${didYouMean(name, names)}; it has ${names.join(' and ')}`;
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

/** As Bottender hands one to each plugin. */
function isContext(options: object): boolean {
  return 'platform' in options && 'event' in options;
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
