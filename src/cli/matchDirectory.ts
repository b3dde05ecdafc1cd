import type { NamedPersona } from '../directory/entries';
import type { ListedPersona } from '../graph/responses';
import type { PersonaProfile } from '../profile';
import type { NamedRecord } from '../store/port';

import type { Snapshot } from './snapshot';

/** A profile of the directory, and its persona on the Page. */
export interface DirectoryMatch {
  /** Its name in the directory. */
  name: string;
  profile: PersonaProfile;
  /** `undefined` if the Page has no persona for it. */
  id: string | undefined;
  /** Earlier personas of this name that are still on the Page. */
  outdated: ListedPersona[];
}

export type Entries = ReadonlyMap<string, NamedPersona>;

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
    const { name, profile } = match;
    const record = records.get(name);
    const own = record && onPage.has(record.id) ? [record] : [];
    // Another name may have had this profile.
    match.id = [...own, ...recorded].find(
      (each) => isSame(each, profile) && !claimed.has(each.id),
    )?.id;
    const interrupted = interruptedReplacements(record, snapshot);
    // An interrupted sync created this one and did not record it.
    if (record?.making && isSame(profile, record.making)) {
      match.id ??= interrupted[0];
    }
    if (match.id !== undefined) claimed.add(match.id);
    const earlier = [
      ...own.flatMap(({ id, replaces = [] }) => [id, ...replaces]),
      ...interrupted,
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

/** The IDs of personas that an interrupted sync may have created as replacements. */
function interruptedReplacements(
  record: NamedRecord | undefined,
  { listed, leases }: Snapshot,
): string[] {
  const making = record?.making;
  if (!making) return [];
  const others = new Set([...making.beside, ...leases.map(({ id }) => id)]);
  const created = listed.filter(
    ({ id, name }) => name === making.name && !others.has(id),
  );
  return created.map(({ id }) => id);
}

/** IDs that the directory names directly. */
export function fixedIds(entries: Entries): string[] {
  return [...entries.values()].flatMap(({ id }) => id ?? []);
}

/** The names that have a profile and no ID. Their profiles differ in `name`: the directory is checked for that. */
function profilesOf(entries: Entries): DirectoryMatch[] {
  return [...entries.values()].flatMap(({ name, profile, id }) =>
    profile && id === undefined ? { name, profile, id, outdated: [] } : [],
  );
}

function isSame(a: PersonaProfile, b: PersonaProfile): boolean {
  return a.name === b.name && a.profilePictureUrl === b.profilePictureUrl;
}
