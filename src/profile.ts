import { InvalidProfileError } from './errors';
import { didYouMean, mustBeOneOf } from './util/closestMatch';
import { isObject, propertiesOf } from './util/values';

/** On Messenger, in Unicode code points. */
export const MAX_NAME_LENGTH = 50;
const MAX_SHORT_NAME_LENGTH = 20;

const KEYS = ['name', 'profilePictureUrl', 'shortName', 'kind'];
const mustBeKind = mustBeOneOf('human', 'bot');

/** Who is behind a persona: a person, or a program. */
export type PersonaKind = 'human' | 'bot';

/** Control characters, and lone surrogates, which JSON parsers may reject. `slice` can cut an emoji into them. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * What customers see of a persona.
 *
 * @example
 * ```js
 * { name: 'Adam Z.', profilePictureUrl: 'https://example.com/adam.png' }
 * ```
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas
 */
export interface PersonaProfile {
  /** Shown above the messages; 1 to 50 characters. */
  name: string;
  /** An http(s) URL. Messenger fetches the picture (8 MB at most) and hosts it itself. */
  profilePictureUrl: string;
  /** The name on channels where `name` is too long; 1 to 20 characters. */
  shortName?: string | undefined;
  /**
   * Who is behind the persona. Default: what the option `disclosure.page` says,
   * without a label.
   */
  kind?: PersonaKind | undefined;
}

/**
 * A persona that exists while a block runs.
 *
 * @typeParam Id `PersonaId` in a block, so that the ID is a valid speaker whatever
 * the names of the directory are
 */
export interface EphemeralPersona<
  Id extends string = string,
> extends PersonaProfile {
  /**
   * Its ID on the Page. Where no persona is created (other platforms and simulated
   * contexts), its name, with a number if that means another persona. `null` if
   * Messenger refused to create it, so that the Page speaks, and in reports about
   * a persona that does not exist yet.
   */
  id: Id | null;
}

/**
 * Validates a profile and returns a copy of it.
 *
 * @throws InvalidProfileError if Messenger would refuse it
 */
export function checkProfile(profile: unknown): PersonaProfile {
  if (!isObject(profile)) {
    throw new InvalidProfileError(
      `A persona's profile is { name, profilePictureUrl }, but this was ${profile === null ? 'null' : typeof profile}.`,
    );
  }
  for (const [key, value] of Object.entries(profile)) {
    if (!KEYS.includes(key)) {
      throw new InvalidProfileError(
        `A persona's profile has no "${key}"${didYouMean(key, KEYS)}; it has ${KEYS.join(', ')}.`,
      );
    }
    if (typeof value === 'string' && escapeUnprintable(value) !== value) {
      throw new InvalidProfileError(
        `The ${key} "${escapeUnprintable(value)}" of a persona has a control character or half a character. To shorten a text, use [...text].slice(0, 50).join('').`,
      );
    }
  }
  const { name, profilePictureUrl, shortName, kind } = propertiesOf(profile);
  if (!isFilled(name)) {
    throw new InvalidProfileError(
      `A persona's name must be a non-empty string.`,
    );
  }
  const length = [...name].length;
  if (length > MAX_NAME_LENGTH) {
    throw new InvalidProfileError(
      `A persona's name has at most ${MAX_NAME_LENGTH} characters, but "${name}" has ${length}.`,
    );
  }
  if (typeof profilePictureUrl !== 'string' || !isWebUrl(profilePictureUrl)) {
    const problem =
      profilePictureUrl === undefined
        ? `The persona "${name}" has no profilePictureUrl: it`
        : `The profilePictureUrl of the persona "${name}"`;
    throw new InvalidProfileError(
      `${problem} must be an http(s) URL that Messenger can fetch.`,
    );
  }
  checkKind(kind, `persona "${name}"`);
  const checked: PersonaProfile = { name, profilePictureUrl };
  if (kind !== undefined) checked.kind = kind;
  if (shortName === undefined) return checked;
  if (!isFilled(shortName) || [...shortName].length > MAX_SHORT_NAME_LENGTH) {
    throw new InvalidProfileError(
      `The shortName of the persona "${name}" must be a non-empty string of at most ${MAX_SHORT_NAME_LENGTH} characters.`,
    );
  }
  return { ...checked, shortName };
}

/** @throws InvalidProfileError */
export function checkKind(
  kind: unknown,
  whose: string,
): asserts kind is PersonaKind | undefined {
  const problem = kind !== undefined && mustBeKind(kind);
  if (problem) {
    throw new InvalidProfileError(`The kind of the ${whose} ${problem}.`);
  }
}

/** The text with these characters escaped. */
export function escapeUnprintable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

export function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
