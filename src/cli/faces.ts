import {
  fixedIdOf,
  profileOf,
  type DirectoryEntry,
} from '../directory/entries';
import type { ListedPersona } from '../graph/responses';
import type { PersonaProfile } from '../profile';
import type { NamedRecord } from '../store/port';

import type { Snapshot } from './snapshot';

/** A profile of the directory, and the persona that stands for it on the Page. */
export interface Face {
  profile: PersonaProfile;
  /** The directory's names for it. */
  names: string[];
  /** `undefined` when the Page has none. */
  id: string | undefined;
  /** Personas on the Page that stood for these names before. */
  outdated: ListedPersona[];
}

export type Entries = ReadonlyMap<string, DirectoryEntry>;

/**
 * Finds the directory's personas on the Page as a bot does: what the store has
 * for a name, else the first on the list that is called so. Other than a bot it
 * takes no persona that was made with another picture.
 */
export function findFaces(entries: Entries, snapshot: Snapshot): Face[] {
  const { listed, records, leases } = snapshot;
  const onPage = new Map(listed.map((persona) => [persona.id, persona]));
  const recorded = [...records.values()].filter(({ id }) => onPage.has(id));
  const faces = profilesOf(entries);
  const claimed = new Set<string>();
  for (const face of faces) {
    const own = face.names.flatMap((name) => records.get(name) ?? []);
    const mine = own.filter(({ id }) => onPage.has(id));
    // Two profiles with one ID are what a bot recorded that went by the name alone.
    face.id = [...mine, ...recorded].find(
      (record) => isSame(record, face.profile) && !claimed.has(record.id),
    )?.id;
    const left = leftBehind(own, face.profile, snapshot);
    // A sync was ended when it had made this one, and had not written it down.
    face.id ??= left.find(({ isCurrent }) => isCurrent)?.id;
    if (face.id !== undefined) claimed.add(face.id);
    const before = [
      ...mine.flatMap(({ id, replaces = [] }) => [id, ...replaces]),
      ...left.map(({ id }) => id),
    ];
    face.outdated = [...new Set(before)].flatMap((id) => onPage.get(id) ?? []);
  }

  const taken = new Set([
    ...fixedIds(entries),
    ...recorded.map(({ id }) => id),
    ...leases.map(({ id }) => id),
  ]);
  for (const face of faces) {
    if (face.id !== undefined || face.outdated.length > 0) continue;
    face.id = listed.find(
      ({ id, name }) => name === face.profile.name && !taken.has(id),
    )?.id;
    if (face.id !== undefined) taken.add(face.id);
  }

  const kept = new Set([
    ...fixedIds(entries),
    ...faces.map(({ id }) => id),
    ...leases.map(({ id }) => id),
  ]);
  for (const face of faces) {
    face.outdated = face.outdated.filter(({ id }) => !kept.has(id));
  }
  return faces;
}

/** What a sync that was ended may have made in place of another, and whether it looks as it should. */
function leftBehind(
  own: readonly NamedRecord[],
  profile: PersonaProfile,
  { listed, leases }: Snapshot,
): { id: string; isCurrent: boolean }[] {
  const onTheFly = new Set(leases.map(({ id }) => id));
  return own.flatMap(({ making }) => {
    if (!making) return [];
    const isCurrent = isSame(profile, making);
    const others = new Set([...making.beside, ...onTheFly]);
    const made = listed.filter(
      ({ id, name }) => name === making.name && !others.has(id),
    );
    return made.map(({ id }) => ({ id, isCurrent }));
  });
}

/** The IDs that stand in the directory as they are. */
export function fixedIds(entries: Entries): string[] {
  return [...entries.values()].flatMap((entry) => fixedIdOf(entry) ?? []);
}

/** Names with the same profile share a persona. */
function profilesOf(entries: Entries): Face[] {
  const faces = new Map<string, Face>();
  for (const [name, entry] of entries) {
    const profile = profileOf(entry);
    if (!profile || fixedIdOf(entry) !== undefined) continue;
    const key = JSON.stringify([profile.name, profile.profilePictureUrl]);
    const face = faces.get(key);
    if (face) face.names.push(name);
    else {
      faces.set(key, {
        profile,
        names: [name],
        id: undefined,
        outdated: [],
      });
    }
  }
  return [...faces.values()];
}

function isSame(a: PersonaProfile, b: PersonaProfile): boolean {
  return a.name === b.name && a.profilePictureUrl === b.profilePictureUrl;
}
