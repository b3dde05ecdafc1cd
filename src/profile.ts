import { InvalidProfileError } from './errors';
import { isObject } from './util/isObject';
import { didYouMean } from './util/closestMatch';

/** At most this many characters, counted as Unicode code points. */
const MAX_NAME_LENGTH = 50;
const MAX_SHORT_NAME_LENGTH = 20;

const KEYS = ['name', 'profilePictureUrl', 'shortName'];

/**
 * How a persona looks.
 *
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas
 */
export interface PersonaProfile {
  /** What customers read above the messages; 1 to 50 characters. */
  name: string;
  /** An http(s) URL of the picture; Messenger fetches it (8 MB at most) and hosts it itself. */
  profilePictureUrl: string;
  /** The name for channels on which `name` is too long; 1 to 20 characters. */
  shortName?: string | undefined;
}

/**
 * A persona that exists while a block runs.
 *
 * @typeParam Id `PersonaId` in a block, so that it can be spoken as, whatever
 * names the compiler knows
 */
export interface EphemeralPersona<
  Id extends string = string,
> extends PersonaProfile {
  /**
   * Its ID on the Page; `null` when Messenger would not make it, so that the
   * Page speaks, and in a report while it is still to be made. Where nothing is
   * made at all (another platform, a simulated context) its name stands in.
   */
  id: Id | null;
}

/**
 * Gives back the profile, and nothing but the profile, if Messenger would take it.
 *
 * @throws InvalidProfileError naming what is wrong
 */
export function checkProfile(profile: unknown): PersonaProfile {
  if (!isObject(profile)) {
    throw new InvalidProfileError(
      `A persona's profile is { name, profilePictureUrl }, but this was ${profile === null ? 'null' : typeof profile}.`,
    );
  }
  for (const key of Object.keys(profile)) {
    if (KEYS.includes(key)) continue;
    throw new InvalidProfileError(
      `A persona's profile has no "${key}"${didYouMean(key, KEYS)}; it has ${KEYS.join(', ')}.`,
    );
  }
  const { name, profilePictureUrl, shortName } = profile as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || name.trim() === '') {
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
  if (profilePictureUrl === undefined) {
    throw new InvalidProfileError(
      `The persona "${name}" has no profilePictureUrl: it must be an http(s) URL that Messenger can fetch.`,
    );
  }
  if (typeof profilePictureUrl !== 'string' || !isWebUrl(profilePictureUrl)) {
    throw new InvalidProfileError(
      `The profilePictureUrl of the persona "${name}" must be an http(s) URL that Messenger can fetch.`,
    );
  }
  if (shortName === undefined) return { name, profilePictureUrl };
  if (!isShortName(shortName)) {
    throw new InvalidProfileError(
      `The shortName of the persona "${name}" must be a non-empty string of at most ${MAX_SHORT_NAME_LENGTH} characters.`,
    );
  }
  return { name, profilePictureUrl, shortName };
}

function isShortName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    [...value].length <= MAX_SHORT_NAME_LENGTH
  );
}

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || protocol === 'http:';
}
