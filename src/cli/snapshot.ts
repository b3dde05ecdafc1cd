import type { NamedRecord } from '../directory/records';
import type { LeaseRecord } from '../ephemeral/leases';
import { listPersonas, type ListedPersona } from '../messenger/personaCalls';
import type { Runtime } from '../runtime';

import { ask, LONG } from './graph';
import type { OpenPage } from './pages';

/** What a Page has, and what the store knows of it. */
export interface Snapshot {
  listed: ListedPersona[];
  /** By the directory's names. */
  records: ReadonlyMap<string, NamedRecord>;
  leases: LeaseRecord[];
}

/** @throws Failure or PersonaStoreError */
export async function takeSnapshot(
  page: OpenPage,
  runtime: Runtime | undefined,
): Promise<Snapshot> {
  const listed = await ask('list the personas', () => listPersonas(page), LONG);
  if (!runtime) return { listed, records: new Map(), leases: [] };
  // Read after the list: what is listed by now has its lease, or the intent of one.
  const leases = await runtime.leases.recordsOf(page.id);
  return {
    listed,
    records: await runtime.directory.records.on(page.id),
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
