import type { ListedPersona } from '../messenger/answers';
import { listAll } from '../messenger/personaList';
import type { Runtime } from '../runtime';
import type { LeaseRecord, NamedRecord } from '../store/port';

import { ask, LONG } from './graph';
import { printNote } from './output';
import type { OpenPage } from './pages';

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
  const { withinMs } = LONG;
  const { personas: listed, isComplete } = await ask(
    'list the personas',
    (stop) => listAll(page, { withinMs, stop }),
    LONG,
  );
  if (!isComplete) printNote(NOT_COMPLETE);
  if (!runtime) return { listed, records: new Map(), leases: [] };
  // Read after the list: what is listed by now has its lease, or the intent of one.
  const leases = await runtime.store.leasesOn(page.id);
  return {
    listed,
    records: await runtime.store.namesOn(page.id),
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
