import { InvalidProfileError } from './errors';

/** At most this many characters, counted as Unicode code points. */
const MAX_NAME_LENGTH = 50;

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
}

/** A persona that exists while a block runs. */
export interface EphemeralPersona extends PersonaProfile {
  /**
   * Its ID on the Page; `null` when Messenger would not make it, so that the
   * Page speaks, and in a report while it is still to be made. Where nothing is
   * made at all (another platform, a simulated context) its name stands in.
   */
  id: string | null;
}

/**
 * Gives back the profile, and nothing but the profile, if Messenger would take it.
 *
 * @throws InvalidProfileError naming what is wrong
 */
export function checkProfile(profile: unknown): PersonaProfile {
  if (typeof profile !== 'object' || profile === null) {
    throw new InvalidProfileError(
      `A persona's profile is { name, profilePictureUrl }, but this was ${profile === null ? 'null' : typeof profile}.`,
    );
  }
  const { name, profilePictureUrl } = profile as Record<string, unknown>;
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
  return { name, profilePictureUrl };
}

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || protocol === 'http:';
}
