import type { PersonaError } from '../errors';
import { InvalidOptionError } from '../errors';
import { isObject } from '../util/isObject';
import { isPersonaId } from '../persona';
import { checkProfile, printable, type PersonaProfile } from '../profile';

/** A persona that exists on a Page, and its profile for channels where personas have no IDs. */
export interface ExistingPersona extends PersonaProfile {
  /** Its ID on the Page: digits. */
  id: string;
}

/**
 * A named persona: a profile, whose persona is created on a Page when it is first
 * needed there, or a persona that exists, by its ID with or without its profile.
 */
export type DirectoryEntry = PersonaProfile | string | ExistingPersona;

/** Names for personas. */
export type DirectoryEntries<Name extends string = string> = Record<
  Name,
  DirectoryEntry
>;

/** The ID that the entry names, the same on every Page. */
export function fixedIdOf(entry: DirectoryEntry): string | undefined {
  if (typeof entry === 'string') return entry;
  return 'id' in entry ? entry.id : undefined;
}

/** A speaker's profile, before a channel adapts it to its limits. */
export interface Look {
  /** As the persona was given: an ID or a name. */
  readonly persona: string;
  readonly profile: PersonaProfile;
}

/** The profile of the entry's persona, where the directory has one. */
export function profileOf(entry: DirectoryEntry): PersonaProfile | undefined {
  if (typeof entry === 'string') return undefined;
  if (!('id' in entry)) return entry;
  const { id: _, ...profile } = entry;
  return profile;
}

/** @throws InvalidOptionError naming an entry that Messenger would refuse */
export function checkDirectory(
  directory: unknown,
): Map<string, DirectoryEntry> {
  // The entries of an array or a Map would be ignored.
  if (!isObject(directory) || Symbol.iterator in directory) {
    throw new InvalidOptionError(
      `The option "directory" of personas() must be an object of names.`,
    );
  }
  const entries = new Map<string, DirectoryEntry>();
  const shownAs = new Map<string, string>();
  for (const [name, given] of Object.entries(directory)) {
    const entry = checkEntry(name, given);
    entries.set(name, entry);
    const shown = profileOf(entry)?.name;
    if (shown === undefined) continue;
    const other = shownAs.get(shown);
    if (other !== undefined) {
      throw wrong(
        name,
        `has the same \`name\` as the entry "${other}": "${shown}"; a Page's list knows personas by it only`,
      );
    }
    shownAs.set(shown, name);
  }
  return entries;
}

function wrong(name: string, what: string): InvalidOptionError {
  return new InvalidOptionError(
    `The entry "${name}" of the option "directory" of personas() ${what}.`,
  );
}

function checkEntry(name: string, entry: unknown): DirectoryEntry {
  if (name.trim() === '') throw wrong(name, 'has an empty name');
  const shown = printable(name);
  if (shown !== name) {
    throw wrong(
      shown,
      'has a control character or half a character in its name',
    );
  }
  if (isPersonaId(name)) {
    throw wrong(name, 'looks like a persona ID; give it a name of letters');
  }
  if (typeof entry === 'string') {
    if (isPersonaId(entry)) return entry;
    // The value is not shown: it may be a token that was mixed up with an ID.
    throw wrong(
      name,
      'must be a profile or a persona ID, which has digits only',
    );
  }
  if (!isObject(entry) || !('id' in entry)) return checkLook(name, entry);
  const { id, ...profile } = entry;
  if (id === undefined) return checkLook(name, profile);
  if (typeof id !== 'string' || !isPersonaId(id)) {
    throw wrong(name, 'has a bad `id`: it must be a string of digits');
  }
  return { id, ...checkLook(name, profile) };
}

function checkLook(name: string, profile: unknown): PersonaProfile {
  try {
    return checkProfile(profile);
  } catch (error) {
    const { message } = error as PersonaError;
    throw wrong(name, `is bad: ${message.replace(/\.$/, '')}`);
  }
}
