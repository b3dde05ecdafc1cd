import type { ListedPersona } from '../graph/responses';
import { listAll } from '../graph/personaCalls';
import type { Runtime } from '../runtime';
import type { LeaseRecord, NamedLease } from '../store/port';

import { callGraph, LONG_RETRIES } from './callGraph';
import { printNote } from './output';
import type { OpenPage } from './openBot';
import { withStoreFallback } from './withStoreFallback';

/** A Page's personas, and the store's records about them. */
export interface Snapshot {
  listed: ListedPersona[];
  /** Whether the whole list could be read. */
  isComplete: boolean;
  /** By directory name. */
  records: ReadonlyMap<string, NamedLease>;
  leases: LeaseRecord[];
}

const INCOMPLETE =
  'Note: part of the list could not be read, so the Page may have more personas.';

/**
 * @param needsStore `false` for commands that only read: an unreadable store counts as empty
 * @throws CommandError or PersonaStoreError
 */
export async function takeSnapshot(
  page: OpenPage,
  runtime: Runtime | undefined,
  needsStore = true,
): Promise<Snapshot> {
  const list = await listPersonas(page);
  if (!runtime) return { ...list, ...NO_STORE };
  const reading = readStore(page, runtime);
  const stored = needsStore ? reading : withStoreFallback(reading, NO_STORE);
  return { ...list, ...(await stored) };
}

export type StoreSnapshot = Omit<Snapshot, 'listed' | 'isComplete'>;

export const NO_STORE: StoreSnapshot = { records: new Map(), leases: [] };

async function listPersonas(page: OpenPage) {
  const { timeoutMs } = LONG_RETRIES;
  const { personas: listed, isComplete } = await callGraph(
    'list the personas',
    (signal) => listAll(page, { timeoutMs, signal }),
    LONG_RETRIES,
  );
  if (!isComplete) printNote(INCOMPLETE);
  return { listed, isComplete };
}

/** Reads the store after the list, so that each ephemeral persona on it has its lease or intent. */
export async function readStore(
  page: { readonly id: string },
  { settings: { directory }, store }: Runtime,
): Promise<StoreSnapshot> {
  const leases = await store.leasesOn(page.id);
  return {
    records: await store.namesOn(page.id, directory.keys()),
    leases: leases.map(([, record]) => record),
  };
}

/** Whether the persona is ephemeral, or may be, because an intent has its name. */
export function isEphemeral(
  { id, name }: ListedPersona,
  leases: readonly LeaseRecord[],
): boolean {
  return leases.some((lease) =>
    lease.id === null ? lease.name === name : lease.id === id,
  );
}
