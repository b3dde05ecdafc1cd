import { checkDirectory, MUST_BE_NAMES } from './directory/entries';
import { InvalidOptionError } from './errors';
import type { PersonasOptions, Settings } from './options';
import { isPersonaId } from './persona';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import { processMemory } from './store/memory';
import { SharedStore } from './store/sharedStore';
import { closestMatch, didYouMean } from './util/closestMatch';
import { getProperty } from './util/getProperty';
import { isObject } from './util/isObject';
import { warn } from './util/warn';
import { MAX_TIMER_MS } from './util/withTimeout';

type OptionName = keyof PersonasOptions;

/** Describes what is wrong with a value; `false` if it is valid. */
type Check = (value: unknown) => string | false;

const mustBeFunction: Check = (value) =>
  typeof value !== 'function' && 'must be a function';

const mustBeOneOf =
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
  unsupportedSenderActions: mustBeOneOf('reject', 'as-page'),
  // `checkDirectory` checks the entries.
  directory: (value) => value === null && MUST_BE_NAMES,
  refusedPersona: mustBeOneOf('send-as-page', 'throw'),
  signText: mustBeFunction,
  disclosure: mustHaveOnly('disclosure'),
  onSent: mustBeFunction,
  onRefused: mustBeFunction,
  onCleanupError: mustBeFunction,
  store: (value) =>
    !isStore(value) &&
    'must be redisStore(client) of bottender-persona/redis, or a Keyv (an object with get, set and delete)',
  ephemeral: mustHaveOnly('ephemeral'),
};

/** Shorter leases would expire whenever a process is slow for a moment. */
const MIN_LEASE_MS = 1000;

const mustBeMs =
  (min: number, max = MAX_TIMER_MS): Check =>
  (value) =>
    !isMs(value, min, max) &&
    `must be a whole number of milliseconds from ${min} to ${max}`;

/** Options within an option. */
const INNER_CHECKS: Record<
  'disclosure' | 'ephemeral',
  Record<string, Check>
> = {
  disclosure: {
    page: mustBeOneOf('human', 'bot'),
    label: mustBeFunction,
    message: mustBeFunction,
    lapseMs: mustBeMs(1, Number.MAX_SAFE_INTEGER),
  },
  ephemeral: { lingerMs: mustBeMs(0), leaseMs: mustBeMs(MIN_LEASE_MS) },
};

/** Options within an option, with their full names. */
const INNER_OPTIONS = new Map(
  Object.entries(INNER_CHECKS).flatMap(([outer, checks]) =>
    Object.keys(checks).map((name) => [name, `${outer}.${name}`]),
  ),
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
  if (!isObject(options)) {
    throw new InvalidOptionError(
      `${taker} takes an object of options, but this was ${options === null ? 'null' : `of type ${typeof options}`}.`,
    );
  }
  if ('platform' in options && 'event' in options) {
    throw new InvalidOptionError(
      'personas was given a context as its options, because it was not called: write `plugins: [personas()]`, or `chain([personas(), App])`.',
    );
  }
  const names = Object.keys(CHECKS).filter(
    (name) => taker === 'personas()' || name !== 'initialPersona',
  );
  const given: PersonasOptions = {};
  for (const [name, value] of Object.entries(options)) {
    if (!isOptionName(name) || !names.includes(name)) {
      const inner = INNER_OPTIONS.get(
        closestMatch(name, INNER_OPTIONS.keys()) ?? '',
      );
      const hint = inner
        ? ` (did you mean "${inner}"?)`
        : didYouMean(name, names);
      throw new InvalidOptionError(
        `${taker} has no option "${name}"${hint}; it has ${names.join(', ')}.`,
      );
    }
    if (value === undefined) continue;
    const problem = CHECKS[name](value);
    if (problem) {
      throw new InvalidOptionError(
        `The option "${name}" of ${taker} ${problem}.`,
      );
    }
    Object.assign(given, { [name]: value as unknown });
  }
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
    store: isStore(given.store) ? given.store : processMemory,
    ephemeral: {
      lingerMs: given.ephemeral?.lingerMs ?? 0,
      leaseMs: given.ephemeral?.leaseMs ?? 60_000,
    },
  };
}

/** @throws InvalidOptionError unless `timeoutMs` is omitted or a valid time */
export function checkTimeout(
  options: { timeoutMs?: number | undefined } | null | undefined,
): number {
  // A Node callback, for example of `server.close`, may be called with null.
  const { timeoutMs = CLOSE_TIMEOUT_MS } = options ?? {};
  if (isMs(timeoutMs, 0)) return timeoutMs;
  throw new InvalidOptionError(
    `The option "timeoutMs" of close() must be a whole number of milliseconds from 0 to ${MAX_TIMER_MS}.`,
  );
}

function isMs(
  value: unknown,
  min: number,
  max = MAX_TIMER_MS,
): value is number {
  return (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= min &&
    value <= max
  );
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

function mustHaveOnly(outer: keyof typeof INNER_CHECKS): Check {
  return (value) => {
    const checks = INNER_CHECKS[outer];
    const names = Object.keys(checks);
    if (!isObject(value)) return `must be an object; it has ${listed(names)}`;
    for (const [name, inner] of Object.entries(value)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (!check) {
        const hint = innerHint(name, names);
        return `has no "${name}"${hint}; it has ${listed(names)}`;
      }
      const problem = inner !== undefined && check(inner);
      if (problem) return `has a bad "${name}": it ${problem}`;
    }
    return false;
  };
}

/** Where an option belongs that is at its wrong level. */
function innerHint(name: string, names: string[]): string {
  const elsewhere = INNER_OPTIONS.get(name);
  if (elsewhere) return ` (did you mean "${elsewhere}"?)`;
  const outer = closestMatch(name, Object.keys(CHECKS));
  return outer
    ? ` (did you mean the option "${outer}" itself?)`
    : didYouMean(name, names);
}

function listed(names: string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function isStore(value: unknown): value is KeyvLike | SharedStore {
  if (value instanceof SharedStore) return true;
  // A Map has the methods of a Keyv, but does not outlive the process.
  if (value instanceof Map) return false;
  return ['get', 'set', 'delete'].every(
    (method) => typeof getProperty(value, method) === 'function',
  );
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(CHECKS, name);
}
