import type { PersonaError } from '../errors';
import { InvalidOptionError } from '../errors';
import { isObject } from '../util/values';
import { isPersonaId } from '../persona';
import {
  checkKind,
  checkProfile,
  escapeUnprintable,
  type PersonaKind,
  type PersonaProfile,
} from '../profile';
import { pageProfile, type Label } from '../shownName';

/** A persona that exists on a Page, and, for channels where personas have no IDs, its profile: a name and a picture, or neither. */
export interface ExistingPersona extends Partial<PersonaProfile> {
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
  return isExisting(entry) ? entry.id : undefined;
}

/** The profile of the entry's persona, where the directory has one. */
export function profileOf(entry: DirectoryEntry): PersonaProfile | undefined {
  if (typeof entry === 'string') return undefined;
  if (!isExisting(entry)) return entry;
  const { id: _, name, profilePictureUrl, ...others } = entry;
  if (name === undefined || profilePictureUrl === undefined) return undefined;
  return { name, profilePictureUrl, ...others };
}

export function kindOf(entry: DirectoryEntry): PersonaKind | undefined {
  return typeof entry === 'string' ? undefined : entry.kind;
}

/** The entry with the profile that its persona has on a Page. */
export function entryOnPage(
  entry: DirectoryEntry,
  label: Label | undefined,
): DirectoryEntry {
  const profile = profileOf(entry);
  if (!profile) return entry;
  const id = fixedIdOf(entry);
  const shown = pageProfile(profile, label);
  return id === undefined ? shown : { id, ...shown };
}

function isExisting(
  entry: PersonaProfile | ExistingPersona,
): entry is ExistingPersona {
  return 'id' in entry;
}

/**
 * @throws InvalidOptionError naming an entry that Messenger would refuse;
 * InvalidProfileError where the label leaves no room for a name
 */
export function checkDirectory(
  directory: Readonly<Record<string, unknown>>,
  label?: Label,
): Map<string, DirectoryEntry> {
  const entries = new Map<string, DirectoryEntry>();
  const shownAs = new Map<string, string>();
  for (const [name, given] of Object.entries(directory)) {
    const entry = checkEntry(name, given);
    entries.set(name, entry);
    const shown = profileOf(entryOnPage(entry, label))?.name;
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
  const shown = escapeUnprintable(name);
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
  const { kind, ...look } = profile as Partial<PersonaProfile>;
  const hasLook = Object.values(look).some((value) => value !== undefined);
  if (hasLook) return { id, ...checkLook(name, profile) };
  if (kind === undefined) return id;
  checked(name, () => checkKind(kind, 'persona'));
  return { id, kind };
}

function checkLook(name: string, profile: unknown): PersonaProfile {
  return checked(name, () => checkProfile(profile));
}

function checked<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const { message } = error as PersonaError;
    throw wrong(name, `is bad: ${message.replace(/\.$/, '')}`);
  }
}
