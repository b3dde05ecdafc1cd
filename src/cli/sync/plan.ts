/**
 * cli/sync/ makes a Page's personas those of the directory: what is to be done is
 * planned and shown before it is applied.
 */
import { fixedIdOf } from '../../directory/entries';
import type { ListedPersona } from '../../graph/responses';
import type { PersonaProfile } from '../../profile';
import { findFaces, fixedIds, type Entries, type Face } from '../faces';
import { isOnTheFly, type Snapshot } from '../snapshot';

/** One thing to do, done whole or not at all as far as calls allow. */
export interface Step {
  /**
   * `create`: the Page has no such persona. `replace`: it has one whose profile
   * was another. `record`: it has one that the store does not know of. `delete`:
   * the directory does not name it.
   */
  action: 'create' | 'replace' | 'record' | 'delete';
  /** The directory's names; for `delete` those that it had once. */
  names: string[];
  profile: PersonaProfile;
  /** `undefined` for what is yet to be made. */
  id: string | undefined;
  /** IDs of what goes when this one is there and written down. */
  outdated: string[];
}

export interface Plan {
  steps: Step[];
  /** How many of the directory's profiles are on the Page as they should be. */
  unchanged: number;
  /** What people should know before they agree. */
  notes: string[];
}

export interface PlanOptions {
  /** Delete what the directory does not name. */
  prune: boolean;
  /** Whether the store outlives its process. */
  lasting: boolean;
}

/** What it takes to make the Page match the directory. */
export function makePlan(
  entries: Entries,
  snapshot: Snapshot,
  options: PlanOptions,
): Plan {
  const faces = findFaces(entries, snapshot);
  const forFaces = faces.flatMap(
    (face) => stepFor(face, snapshot, options) ?? [],
  );
  const { onTheFly, unnamed } = othersThan(entries, faces, snapshot);
  const deletions = options.prune
    ? unnamed.map((persona) => deletion(persona, snapshot))
    : [];
  return {
    steps: [...forFaces, ...deletions],
    unchanged: faces.length - forFaces.length,
    notes: [
      ...notesOnStore(options),
      ...notesOnFixed(entries, snapshot),
      ...notesOnOthers(onTheFly.length, unnamed.length, options),
    ],
  };
}

function stepFor(
  face: Face,
  { records }: Snapshot,
  { lasting }: PlanOptions,
): Step | undefined {
  const { names, profile, id } = face;
  const outdated = face.outdated.map((persona) => persona.id);
  const step = { names, profile, id, outdated };
  if (outdated.length > 0) return { action: 'replace', ...step };
  if (id === undefined) return { action: 'create', ...step };
  const isRecorded = names.every((name) => {
    const record = records.get(name);
    return (
      record?.id === id &&
      record.replaces === undefined &&
      record.making === undefined
    );
  });
  return isRecorded || !lasting ? undefined : { action: 'record', ...step };
}

function othersThan(entries: Entries, faces: Face[], snapshot: Snapshot) {
  const named = new Set([
    ...fixedIds(entries),
    ...faces.map(({ id }) => id),
    ...faces.flatMap(({ outdated }) => outdated.map(({ id }) => id)),
  ]);
  const onTheFly: ListedPersona[] = [];
  const unnamed: ListedPersona[] = [];
  for (const persona of snapshot.listed) {
    if (named.has(persona.id)) continue;
    if (isOnTheFly(persona, snapshot.leases)) onTheFly.push(persona);
    else unnamed.push(persona);
  }
  return { onTheFly, unnamed };
}

function deletion(persona: ListedPersona, { records }: Snapshot): Step {
  const { id, name, profilePictureUrl } = persona;
  const names = [...records].filter(([, record]) => record.id === id);
  return {
    action: 'delete',
    names: names.map(([recorded]) => recorded),
    profile: { name, profilePictureUrl },
    id,
    outdated: [],
  };
}

function notesOnStore({ lasting, prune }: PlanOptions): string[] {
  if (lasting) return [];
  const notes = [
    'personas() has no `store`, so nothing tells which pictures changed: a persona of the right name is taken as it is.',
  ];
  if (prune) {
    notes.push(
      'Without a `store` nothing tells either which personas running bots have made on the fly: --prune deletes them too.',
    );
  }
  return notes;
}

function notesOnFixed(entries: Entries, { listed }: Snapshot): string[] {
  const onPage = new Set(listed.map(({ id }) => id));
  const notes: string[] = [];
  for (const [name, entry] of entries) {
    const id = fixedIdOf(entry);
    if (id === undefined || onPage.has(id)) continue;
    notes.push(
      `"${name}" is the persona ${id}, which this Page does not have.`,
    );
  }
  return notes;
}

function notesOnOthers(
  onTheFly: number,
  unnamed: number,
  { prune }: PlanOptions,
): string[] {
  const notes: string[] = [];
  if (onTheFly > 0) {
    notes.push(`${count(onTheFly, 'persona')} made on the fly: left alone.`);
  }
  if (unnamed > 0 && !prune) {
    notes.push(
      `${count(unnamed, 'persona')} that the directory does not name: left alone; --prune deletes them.`,
    );
  }
  return notes;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
