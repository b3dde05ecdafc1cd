import {
  fixedIdOf,
  profileOf,
  type DirectoryEntry,
} from '../directory/entries';
import type { ListedPersona } from '../graph/responses';
import type { PersonaProfile } from '../profile';
import type { NamedRecord } from '../store/port';

import type { Snapshot } from './snapshot';

/** A profile of the directory, and its persona on the Page. */
export interface DirectoryMatch {
  profile: PersonaProfile;
  /** Names of the directory with this profile. */
  names: string[];
  /** `undefined` if the Page has no persona for it. */
  id: string | undefined;
  /** Earlier personas of these names that are still on the Page. */
  outdated: ListedPersona[];
}

export type Entries = ReadonlyMap<string, DirectoryEntry>;

/**
 * Finds the directory's personas on the Page as a bot does: by the ID that the
 * store has for a name, else by the first equal name on the list. Unlike a bot,
 * it rejects personas that were created with another picture.
 */
export function matchDirectory(
  entries: Entries,
  snapshot: Snapshot,
): DirectoryMatch[] {
  const { listed, records, leases } = snapshot;
  const onPage = new Map(listed.map((persona) => [persona.id, persona]));
  const recorded = [...records.values()].filter(({ id }) => onPage.has(id));
  const matches = profilesOf(entries);
  const claimed = new Set<string>();
  for (const match of matches) {
    const ownRecords = match.names.flatMap((name) => records.get(name) ?? []);
    const listedRecords = ownRecords.filter(({ id }) => onPage.has(id));
    // A bot matches by name alone, so two profiles may have the same recorded ID.
    match.id = [...listedRecords, ...recorded].find(
      (record) => isSame(record, match.profile) && !claimed.has(record.id),
    )?.id;
    const interrupted = interruptedReplacements(
      ownRecords,
      match.profile,
      snapshot,
    );
    // An interrupted sync created this one and did not record it.
    match.id ??= interrupted.find(({ isCurrent }) => isCurrent)?.id;
    if (match.id !== undefined) claimed.add(match.id);
    const earlier = [
      ...listedRecords.flatMap(({ id, replaces = [] }) => [id, ...replaces]),
      ...interrupted.map(({ id }) => id),
    ];
    match.outdated = [...new Set(earlier)].flatMap(
      (id) => onPage.get(id) ?? [],
    );
  }

  const taken = new Set([
    ...fixedIds(entries),
    ...recorded.map(({ id }) => id),
    ...leases.map(({ id }) => id),
  ]);
  for (const match of matches) {
    if (match.id !== undefined || match.outdated.length > 0) continue;
    match.id = listed.find(
      ({ id, name }) => name === match.profile.name && !taken.has(id),
    )?.id;
    if (match.id !== undefined) taken.add(match.id);
  }

  const kept = new Set([
    ...fixedIds(entries),
    ...matches.map(({ id }) => id),
    ...leases.map(({ id }) => id),
  ]);
  for (const match of matches) {
    match.outdated = match.outdated.filter(({ id }) => !kept.has(id));
  }
  return matches;
}

/** Personas that an interrupted sync may have created as replacements, and whether they have the current profile. */
function interruptedReplacements(
  ownRecords: readonly NamedRecord[],
  profile: PersonaProfile,
  { listed, leases }: Snapshot,
): { id: string; isCurrent: boolean }[] {
  const ephemeral = new Set(leases.map(({ id }) => id));
  return ownRecords.flatMap(({ making }) => {
    if (!making) return [];
    const isCurrent = isSame(profile, making);
    const others = new Set([...making.beside, ...ephemeral]);
    const created = listed.filter(
      ({ id, name }) => name === making.name && !others.has(id),
    );
    return created.map(({ id }) => ({ id, isCurrent }));
  });
}

/** IDs that the directory names directly. */
export function fixedIds(entries: Entries): string[] {
  return [...entries.values()].flatMap((entry) => fixedIdOf(entry) ?? []);
}

/** Names with the same profile share a match. */
function profilesOf(entries: Entries): DirectoryMatch[] {
  const matches = new Map<string, DirectoryMatch>();
  for (const [name, entry] of entries) {
    const profile = profileOf(entry);
    if (!profile || fixedIdOf(entry) !== undefined) continue;
    const key = JSON.stringify([profile.name, profile.profilePictureUrl]);
    const match = matches.get(key);
    if (match) match.names.push(name);
    else {
      matches.set(key, {
        profile,
        names: [name],
        id: undefined,
        outdated: [],
      });
    }
  }
  return [...matches.values()];
}

function isSame(a: PersonaProfile, b: PersonaProfile): boolean {
  return a.name === b.name && a.profilePictureUrl === b.profilePictureUrl;
}
