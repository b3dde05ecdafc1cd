import { checkDirectory } from './directory/entries';
import { InvalidOptionError } from './errors';
import type { PersonasOptions, Settings } from './options';
import { isPersonaId } from './persona';
import { processMemory } from './store/memory';
import { SharedStore } from './store/sharedStore';
import { closestMatch, didYouMean, mustBeOneOf } from './util/closestMatch';
import { getProperty, isObject, isOptions } from './util/values';
import { warn } from './util/warn';
import { MAX_TIMER_MS } from './util/withTimeout';

/** Describes what is wrong with a value; `false` if it is valid. */
type Check = (value: unknown) => string | false;

const mustBeFunction: Check = (value) =>
  typeof value !== 'function' && 'must be a function';

const mustBeMs =
  (min: number, max = MAX_TIMER_MS): Check =>
  (value) =>
    !(
      Number.isInteger(value) &&
      Number(value) >= min &&
      Number(value) <= max
    ) && `must be a whole number of milliseconds from ${min} to ${max}`;

/** Shorter leases would expire whenever a process is slow for a moment. */
const MIN_LEASE_MS = 1000;

const mustBeObject =
  (what = 'an object'): Check =>
  (value) =>
    !isOptions(value) && `must be ${what}`;

/** By the full names of the options. */
const CHECKS = new Map<string, Check>(
  Object.entries({
    initialPersona: (value) =>
      value !== null &&
      typeof value !== 'function' &&
      typeof value !== 'string' &&
      'must be a string, null, or a function of the context',
    unsupportedSenderActions: mustBeOneOf('reject', 'as-page'),
    directory: mustBeObject(
      'an object of names, such as { adam: { name, profilePictureUrl } }',
    ),
    refusedPersona: mustBeOneOf('send-as-page', 'throw'),
    signText: mustBeFunction,
    disclosure: mustBeObject(),
    'disclosure.page': mustBeOneOf('human', 'bot'),
    'disclosure.label': mustBeFunction,
    'disclosure.message': mustBeFunction,
    'disclosure.lapseMs': mustBeMs(1, Number.MAX_SAFE_INTEGER),
    onSent: mustBeFunction,
    onRefused: mustBeFunction,
    onCleanupError: mustBeFunction,
    store: (value) =>
      !isStore(value) &&
      'must be redisStore(client) of bottender-persona/redis, or a Keyv (an object with get, set and delete)',
    ephemeral: mustBeObject(),
    'ephemeral.lingerMs': mustBeMs(0),
    'ephemeral.leaseMs': mustBeMs(MIN_LEASE_MS),
  } satisfies Record<keyof PersonasOptions, Check> & Record<string, Check>),
);

const DAY_MS = 24 * 60 * 60 * 1000;

const CLOSE_TIMEOUT_MS = 10_000;

/** App secrets have 32 characters, and tokens more: shorter values may be printed. */
const SECRET_LENGTH = 32;

/**
 * @param taker what takes them: `personaClients()` is about no events
 * @throws InvalidOptionError naming the option that is unknown or has a bad value
 */
export function checkOptions(
  options: unknown = {},
  taker: 'personas()' | 'personaClients()' = 'personas()',
): Settings {
  if (!isOptions(options)) {
    const given = options === null ? 'null' : `of type ${typeof options}`;
    const what = isObject(options) ? 'a list or a Map' : given;
    throw new InvalidOptionError(
      `${taker} takes an object of options, but this was ${what}.`,
    );
  }
  if ('platform' in options && 'event' in options) {
    throw new InvalidOptionError(
      'personas was given a context as its options, because it was not called: write `plugins: [personas()]`, or `chain([personas(), App])`.',
    );
  }
  const given: object = { ...options };
  checkEach(given, taker);
  const { disclosure } = given;
  const directory = checkDirectory(given.directory ?? {}, disclosure?.label);
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
    disclosure: disclosure && {
      page: disclosure.page ?? 'bot',
      isPageGiven: disclosure.page !== undefined,
      label: disclosure.label,
      message: disclosure.message,
      lapseMs: disclosure.lapseMs ?? DAY_MS,
    },
    onSent: given.onSent,
    onRefused:
      given.onRefused ??
      (({ message, defaultSender }) =>
        warn(`${message} ${defaultSender} speaks instead.`)),
    onCleanupError: given.onCleanupError ?? (({ message }) => warn(message)),
    store: given.store ?? processMemory,
    ephemeral: {
      lingerMs: given.ephemeral?.lingerMs ?? 0,
      leaseMs: given.ephemeral?.leaseMs ?? 60_000,
    },
  };
}

/**
 * @param outer the option that these are within, if any
 * @throws InvalidOptionError
 */
function checkEach(
  given: object,
  taker: string,
  outer = '',
): asserts given is PersonasOptions {
  const all = [...CHECKS.keys()].filter(
    (path) => taker === 'personas()' || path !== 'initialPersona',
  );
  const names = all.filter((path) => path === outer + nameIn(path));
  for (const [name, value] of Object.entries<unknown>({ ...given })) {
    const path = outer + name;
    const check = names.includes(path) ? CHECKS.get(path) : undefined;
    if (!check) {
      const closest = closestMatch(name, all.map(nameIn));
      const meant = all.find((each) => nameIn(each) === closest);
      const hint = meant ? ` (did you mean "${meant}"?)` : '';
      throw new InvalidOptionError(
        `${taker} has no option "${path}"${hint}; it has ${names.join(', ')}.`,
      );
    }
    const inner = all.filter((each) => each.startsWith(`${path}.`));
    const problem = value !== undefined && check(value);
    if (problem) {
      const has = inner.length > 0 ? `; it has ${listed(inner)}` : '';
      throw new InvalidOptionError(
        `The option "${path}" of ${taker} ${problem}${has}.`,
      );
    }
    if (isObject(value) && inner.length > 0) {
      checkEach(value, taker, `${path}.`);
    }
  }
}

/** Without that of the option that it is within. */
function nameIn(path: string): string {
  return path.slice(path.indexOf('.') + 1);
}

/** `lingerMs and leaseMs` */
function listed(paths: string[]): string {
  return new Intl.ListFormat('en-GB').format(paths.map(nameIn));
}

/** @throws InvalidOptionError unless `timeoutMs` is omitted or a valid time */
export function checkTimeout(
  options: { timeoutMs?: number | undefined } | null | undefined,
): number {
  // A Node callback, for example of `server.close`, may be called with null.
  const { timeoutMs = CLOSE_TIMEOUT_MS } = options ?? {};
  const problem = mustBeMs(0)(timeoutMs);
  if (!problem) return timeoutMs;
  throw new InvalidOptionError(`The option "timeoutMs" of close() ${problem}.`);
}

function checkInitialPersona(persona: string, names: string[]): void {
  if (isPersonaId(persona) || names.includes(persona)) return;
  const shown = persona.length < SECRET_LENGTH ? ` "${persona}", which is` : '';
  const known = names.length > 0 ? ` (${names.join(', ')})` : '';
  throw new InvalidOptionError(
    `The option "initialPersona" of personas() is${shown} neither an ID, which has digits only, ` +
      `nor a name of the directory${known}${didYouMean(persona, names)}.`,
  );
}

function isStore(value: unknown): boolean {
  if (value instanceof SharedStore) return true;
  // A Map has the methods of a Keyv, but does not outlive the process.
  if (value instanceof Map) return false;
  return ['get', 'set', 'delete'].every(
    (method) => typeof getProperty(value, method) === 'function',
  );
}
