import type { PersonaError } from '../errors';
import { InvalidOptionError } from '../errors';
import { isObject, propertiesOf } from '../util/values';
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

/** An entry that was checked. */
export interface NamedPersona {
  /** In the directory. */
  readonly name: string;
  /** The ID that the entry names, the same on every Page. */
  readonly id?: string | undefined;
  /** The profile as the bot gave it. */
  readonly given?: PersonaProfile | undefined;
  /** The profile that the persona has on a Page, where the names of bots are labelled. */
  readonly profile?: PersonaProfile | undefined;
  /** Who is behind the persona, where the entry says so. */
  readonly kind?: PersonaKind | undefined;
}

/**
 * @throws InvalidOptionError naming an entry that Messenger would refuse;
 * InvalidProfileError where the label leaves no room for a name
 */
export function checkDirectory(
  directory: Readonly<Record<string, unknown>>,
  label?: Label,
): Map<string, NamedPersona> {
  const personas = new Map<string, NamedPersona>();
  const shownAs = new Map<string, string>();
  for (const [name, entry] of Object.entries(directory)) {
    const persona = checkEntry(name, entry);
    const profile = persona.given && pageProfile(persona.given, label);
    personas.set(name, { ...persona, profile });
    if (!profile) continue;
    const other = shownAs.get(profile.name);
    if (other !== undefined) {
      throw wrong(
        name,
        `is shown under the same name as the entry "${other}": "${profile.name}"; a Page's list knows personas by it only`,
      );
    }
    shownAs.set(profile.name, name);
  }
  return personas;
}

function wrong(name: string, what: string): InvalidOptionError {
  return new InvalidOptionError(
    `The entry "${name}" of the option "directory" ${what}.`,
  );
}

function checkEntry(name: string, entry: unknown): NamedPersona {
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
  if (typeof entry === 'string' && isPersonaId(entry)) {
    return { name, id: entry };
  }
  if (!isObject(entry)) {
    // The value is not shown: it may be a token that was mixed up with an ID.
    throw wrong(
      name,
      'must be a profile, { name, profilePictureUrl }, or a persona ID, which is a string of digits',
    );
  }
  const { id, ...profile } = propertiesOf(entry);
  if (id !== undefined && (typeof id !== 'string' || !isPersonaId(id))) {
    throw wrong(name, 'has a bad `id`: it must be a string of digits');
  }
  try {
    const { kind, ...look } = profile;
    if (
      id === undefined ||
      Object.values(look).some((it) => it !== undefined)
    ) {
      const given = checkProfile(profile);
      return { name, id, given, kind: given.kind };
    }
    checkKind(kind, 'persona');
    return { name, id, kind };
  } catch (error) {
    const { message } = error as PersonaError;
    throw wrong(name, `is bad: ${message.replace(/\.$/, '')}`);
  }
}
