/** cli/sync/ makes a Page's personas match the directory: it plans, shows the plan, and executes it. */
import type { ListedPersona } from '../../graph/responses';
import type { PersonaProfile } from '../../profile';
import {
  matchDirectory,
  fixedIds,
  type Entries,
  type DirectoryMatch,
} from '../matchDirectory';
import { plural } from '../output';
import { isEphemeral, type Snapshot } from '../snapshot';

export interface SyncStep {
  /**
   * `create`: the Page has no such persona. `replace`: its profile has changed.
   * `record`: the store does not have its ID. `delete`: the directory does not
   * name it.
   */
  action: 'create' | 'replace' | 'record' | 'delete';
  /** The directory's name; for `delete` its former names. */
  names: string[];
  profile: PersonaProfile;
  /** `undefined` until it is created. */
  id: string | undefined;
  /** IDs to delete once the new one is recorded. */
  outdated: string[];
}

export interface SyncPlan {
  steps: SyncStep[];
  /** How many profiles need no step. */
  unchanged: number;
  notes: string[];
}

export interface PlanOptions {
  /** Whether to delete personas that the directory does not name. */
  prune: boolean;
  /** Whether the store outlives its process. */
  isStoreLasting: boolean;
}

export function makePlan(
  entries: Entries,
  snapshot: Snapshot,
  options: PlanOptions,
): SyncPlan {
  const matches = matchDirectory(entries, snapshot);
  const matchSteps = matches.flatMap(
    (match) => stepFor(match, snapshot, options) ?? [],
  );
  const { ephemeral, unnamed } = unmatchedPersonas(entries, matches, snapshot);
  const deletions = options.prune
    ? unnamed.map((persona) => deletion(persona, snapshot))
    : [];
  return {
    steps: [...matchSteps, ...deletions],
    unchanged: matches.length - matchSteps.length,
    notes: [
      ...notesOnStore(options),
      ...notesOnFixed(entries, snapshot),
      ...notesOnEphemeral(ephemeral, snapshot),
      ...notesOnUnnamed(unnamed.length, options),
    ],
  };
}

function stepFor(
  match: DirectoryMatch,
  { records }: Snapshot,
  { isStoreLasting }: PlanOptions,
): SyncStep | undefined {
  const { name, profile, id } = match;
  const outdated = match.outdated.map((persona) => persona.id);
  const step = { names: [name], profile, id, outdated };
  if (outdated.length > 0) return { action: 'replace', ...step };
  if (id === undefined) return { action: 'create', ...step };
  const record = records.get(name);
  const isRecorded = record?.id === id && !record.replaces && !record.making;
  return isRecorded || !isStoreLasting
    ? undefined
    : { action: 'record', ...step };
}

function unmatchedPersonas(
  entries: Entries,
  matches: DirectoryMatch[],
  snapshot: Snapshot,
) {
  const named = new Set([
    ...fixedIds(entries),
    ...matches.map(({ id }) => id),
    ...matches.flatMap(({ outdated }) => outdated.map(({ id }) => id)),
  ]);
  const ephemeral: ListedPersona[] = [];
  const unnamed: ListedPersona[] = [];
  for (const persona of snapshot.listed) {
    if (named.has(persona.id)) continue;
    if (isEphemeral(persona, snapshot.leases)) ephemeral.push(persona);
    else unnamed.push(persona);
  }
  return { ephemeral, unnamed };
}

function deletion(persona: ListedPersona, { records }: Snapshot): SyncStep {
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

function notesOnStore({ isStoreLasting, prune }: PlanOptions): string[] {
  if (isStoreLasting) return [];
  const notes = [
    'personas() has no `store`, so changed pictures cannot be found: a persona of the right name is used as it is.',
  ];
  if (prune) {
    notes.push(
      'Without a `store`, ephemeral personas of running bots cannot be told apart: --prune deletes them too.',
    );
  }
  return notes;
}

function notesOnFixed(entries: Entries, { listed }: Snapshot): string[] {
  const onPage = new Set(listed.map(({ id }) => id));
  const notes: string[] = [];
  for (const { name, id } of entries.values()) {
    if (id === undefined || onPage.has(id)) continue;
    notes.push(
      `"${name}" is the persona ${id}, which this Page does not have.`,
    );
  }
  return notes;
}

function notesOnEphemeral(
  ephemeral: readonly ListedPersona[],
  { leases }: Snapshot,
): string[] {
  if (ephemeral.length === 0) return [];
  const now = Date.now();
  const expired = leases.filter(({ expiresAt }) => expiresAt < now);
  const hint = ephemeral.some((persona) => isEphemeral(persona, expired))
    ? '; `sweep` deletes those that dead processes left behind'
    : '';
  return [
    `${plural(ephemeral.length, 'ephemeral persona')}: left alone${hint}.`,
  ];
}

function notesOnUnnamed(unnamed: number, { prune }: PlanOptions): string[] {
  return unnamed === 0 || prune
    ? []
    : [
        `${plural(unnamed, 'persona')} that the directory does not name: left alone; --prune deletes them.`,
      ];
}
