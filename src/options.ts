import type { Context } from 'bottender';

import { InvalidOptionError, type PersonaCleanupError } from './errors';
import type { Persona } from './persona';
import type { EphemeralPersona } from './profile';

/** How `personas()` behaves; every option may be left out. */
export interface PersonasOptions<C extends Context = Context> {
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
   * What happens to a sender action other than `typing_on` and `typing_off`
   * with a persona in force: `'reject'` (the default) rejects with
   * UnsupportedSenderActionError before anything is sent, `'as-page'` sends it
   * without the persona.
   */
  unsupportedSenderActions?: 'reject' | 'as-page';
  /**
   * Told when a persona made on the fly could not be deleted; what it throws is
   * ignored. Default: a process warning.
   */
  onCleanupError?: (
    error: PersonaCleanupError,
    persona: EphemeralPersona,
  ) => void;
}

/** The options, checked, with every default filled in. */
export interface Settings {
  readonly initialPersona: Persona | null | ((context: Context) => unknown);
  readonly unsupportedSenderActions: 'reject' | 'as-page';
  readonly onCleanupError: (
    error: PersonaCleanupError,
    persona: EphemeralPersona,
  ) => void;
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
  onCleanupError: mustBeFunction,
};

const DEFAULTS: Settings = {
  initialPersona: null,
  unsupportedSenderActions: 'reject',
  onCleanupError: warn,
};

/** @throws InvalidOptionError naming the option that is unknown or has a bad value */
export function checkOptions(options: unknown = {}): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(
      `personas() takes an object of options, but this was ${options === null ? 'null' : `of type ${typeof options}`}.`,
    );
  }
  const given: Record<string, unknown> = {};
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
    given[name] = value;
  }
  return { ...DEFAULTS, ...given };
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(CHECKS, name);
}

function warn(error: Error): void {
  process.emitWarning(error.message, 'PersonaWarning');
}
