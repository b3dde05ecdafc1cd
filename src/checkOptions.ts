import { checkDirectory } from './directory/entries';
import { InvalidOptionError, type PersonaRefusedError } from './errors';
import { isObject } from './util/isObject';
import { didYouMean } from './util/closestMatch';
import type { PersonasOptions, Settings } from './options';
import { MAX_TIMER_MS } from './util/withTimeout';
import { isPersonaId, type Persona } from './persona';
import type { KeyvLike } from './store/keyv/guardedKeyv';
import { MemoryStore } from './store/memory';
import { RedisStore } from './store/redis/redisStore';

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
    'must be a Keyv (an object with get, set and delete), or what redisStore() returns',
  ephemeral: checkEphemeral,
};

/** Under this, renewals come so often that a slow moment costs a persona. */
const MIN_LEASE_MS = 1000;
const LEAST_MS = { lingerMs: 0, leaseMs: MIN_LEASE_MS };
/** So long `close()` takes at the most, unless told. */
const CLOSE_MS = 10_000;

/** @throws InvalidOptionError naming the option that is unknown or has a bad value */
export function checkOptions(options: unknown = {}): Settings {
  if (!isObject(options)) {
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

/** @throws InvalidOptionError for what is no time to wait for */
export function checkTimeout(
  options: { timeoutMs?: number | undefined } | null | undefined,
): number {
  // As a callback of `server.close` it may be given null.
  const { timeoutMs = CLOSE_MS } = options ?? {};
  if (isMs(timeoutMs, 0)) return timeoutMs;
  throw new InvalidOptionError(
    `The option "timeoutMs" of close() must be a number of milliseconds from 0 to ${MAX_TIMER_MS}.`,
  );
}

/** Whatever the types say: a string would be waited for as 0 or for ever. */
function isMs(value: unknown, least: number): value is number {
  return typeof value === 'number' && value >= least && value <= MAX_TIMER_MS;
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
  if (!isObject(value)) return 'must be an object';
  for (const [name, ms] of Object.entries(value)) {
    const least = new Map(Object.entries(LEAST_MS)).get(name);
    if (least === undefined) {
      const names = Object.keys(LEAST_MS);
      return `has no "${name}"${didYouMean(name, names)}; it has ${names.join(' and ')}`;
    }
    if (ms === undefined) continue;
    if (!isMs(ms, least)) {
      return `has a bad "${name}": it must be a number of milliseconds from ${least} to ${MAX_TIMER_MS}`;
    }
  }
  return false;
}

function isStore(value: unknown): value is KeyvLike | RedisStore {
  if (value instanceof RedisStore) return true;
  return (
    isObject(value) &&
    // A Map has these methods too, and does not outlive the process.
    !(value instanceof Map) &&
    ['get', 'set', 'delete'].every(
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

function warnOfRefusal({ message, defaultSender }: PersonaRefusedError): void {
  process.emitWarning(
    `${message} ${defaultSender} speaks instead.`,
    'PersonaWarning',
  );
}
