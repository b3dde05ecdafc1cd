import type { ListedPersona } from '../graph/responses';
import { listAll } from '../graph/personaCalls';
import type { Runtime } from '../runtime';
import type { LeaseRecord, NamedRecord } from '../store/port';

import { ask, LONG } from './graph';
import { printNote } from './output';
import type { OpenPage } from './pages';
import { orWithoutStore } from './withoutStore';

/** What a Page has, and what the store knows of it. */
export interface Snapshot {
  listed: ListedPersona[];
  /** By the directory's names. */
  records: ReadonlyMap<string, NamedRecord>;
  leases: LeaseRecord[];
}

const NOT_COMPLETE =
  'Note: part of what Messenger answered could not be read, so there may be personas that are not on this list.';

/** @throws Failure or PersonaStoreError */
export async function takeSnapshot(
  page: OpenPage,
  runtime: Runtime | undefined,
): Promise<Snapshot> {
  const listed = await listPersonas(page);
  return { listed, ...(runtime ? await readStore(page, runtime) : UNKNOWN) };
}

/**
 * The same to look at only: where the store is away, without what it knows.
 *
 * @throws Failure
 */
export async function glance(
  page: OpenPage,
  runtime: Runtime | undefined,
): Promise<Snapshot> {
  const listed = await listPersonas(page);
  if (!runtime) return { listed, ...UNKNOWN };
  const known = await orWithoutStore(readStore(page, runtime), UNKNOWN);
  return { listed, ...known };
}

type Known = Omit<Snapshot, 'listed'>;

const UNKNOWN: Known = { records: new Map(), leases: [] };

async function listPersonas(page: OpenPage): Promise<ListedPersona[]> {
  const { timeoutMs } = LONG;
  const { personas, isComplete } = await ask(
    'list the personas',
    (isGivenUp) => listAll(page, { timeoutMs, isGivenUp }),
    LONG,
  );
  if (!isComplete) printNote(NOT_COMPLETE);
  return personas;
}

/** Read after the list: what is listed by now has its lease, or the intent of one. */
async function readStore(
  page: OpenPage,
  { settings: { directory }, store }: Runtime,
): Promise<Known> {
  const leases = await store.leasesOn(page.id);
  return {
    records: await store.namesOn(page.id, directory.keys()),
    leases: leases.map(([, record]) => record),
  };
}

/** Whether the persona is on the fly, or may be: its maker has not written down its ID yet. */
export function isOnTheFly(
  { id, name }: ListedPersona,
  leases: readonly LeaseRecord[],
): boolean {
  return leases.some((lease) =>
    lease.id === null ? lease.name === name : lease.id === id,
  );
}
