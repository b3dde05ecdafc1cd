import type { PersonaError } from '../errors';
import { InvalidOptionError } from '../errors';
import { checkProfile, type PersonaProfile } from '../profile';

/** Names for personas: each a profile, made on a Page when it is first needed there, or the ID of one that exists. */
export type DirectoryEntries<Name extends string = string> = Record<
  Name,
  PersonaProfile | string
>;

/**
 * The entries by name, if Messenger would take them all.
 *
 * @throws InvalidOptionError naming the entry
 */
export function checkDirectory(
  directory: unknown,
): Map<string, PersonaProfile | string> {
  if (
    typeof directory !== 'object' ||
    directory === null ||
    // An array or a Map, whose entries would be passed over.
    Symbol.iterator in directory
  ) {
    throw new InvalidOptionError(
      `The option "directory" of personas() must be an object of names.`,
    );
  }
  return new Map(
    Object.entries(directory).map(([name, entry]) => [
      name,
      checkEntry(name, entry),
    ]),
  );
}

function checkEntry(name: string, entry: unknown): PersonaProfile | string {
  const wrong = (what: string) =>
    new InvalidOptionError(
      `The entry "${name}" of the option "directory" of personas() ${what}.`,
    );
  if (name.trim() === '') throw wrong('has an empty name');
  if (isPersonaId(name)) {
    throw wrong('looks like a persona ID; give it a name of letters');
  }
  if (typeof entry === 'string') {
    if (isPersonaId(entry)) return entry;
    // What stands there is not shown: it may be a token that was mixed up with an ID.
    throw wrong('must be a profile or a persona ID, which has digits only');
  }
  try {
    return checkProfile(entry);
  } catch (error) {
    const { message } = error as PersonaError;
    throw wrong(`is bad: ${message.replace(/\.$/, '')}`);
  }
}

/** Persona IDs are numbers too large for JavaScript's, so they are kept as digits. */
function isPersonaId(value: string): boolean {
  return /^\d+$/.test(value);
}
