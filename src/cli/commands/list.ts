import { openBot, type PageOptions } from '../openBot';
import { matchDirectory, type Entries } from '../matchDirectory';
import { print, printJson, printTable, plural } from '../output';
import { takeSnapshot } from '../snapshot';
import type { Cell } from '../table';

interface Row {
  id: string;
  name: string;
  profilePictureUrl: string;
  /** Its names in the directory. */
  directory: string[];
  /** Whether the directory's profile has changed since. */
  outdated: boolean;
  /** Set for an ephemeral persona. */
  lease: { expiresAt: string; expired: boolean } | null;
}

/** `list`: shows the Page's personas. */
export async function list(options: PageOptions): Promise<void> {
  const { page, runtime } = await openBot(options);
  const snapshot = await takeSnapshot(page, runtime, false);
  const entries: Entries = runtime?.settings.directory ?? new Map();
  const named = new Map<string, { names: string[]; outdated: boolean }>();
  for (const { name, id } of entries.values()) {
    if (id === undefined) continue;
    const names = [...(named.get(id)?.names ?? []), name];
    named.set(id, { names, outdated: false });
  }
  for (const { id, name, outdated } of matchDirectory(entries, snapshot)) {
    const names = [name];
    if (id !== undefined) named.set(id, { names, outdated: false });
    for (const old of outdated) named.set(old.id, { names, outdated: true });
  }
  const leases = new Map(snapshot.leases.map((lease) => [lease.id, lease]));
  const now = Date.now();
  const rows = snapshot.listed.map(({ id, name, profilePictureUrl }): Row => {
    const lease = leases.get(id);
    return {
      id,
      name,
      profilePictureUrl,
      directory: named.get(id)?.names ?? [],
      outdated: named.get(id)?.outdated ?? false,
      lease: lease
        ? {
            expiresAt: new Date(lease.expiresAt).toISOString(),
            expired: lease.expiresAt < now,
          }
        : null,
    };
  });
  if (options.json) printJson({ page: { id: page.id }, personas: rows });
  else show(page.id, rows, now);
}

function show(pageId: string, rows: Row[], now: number): void {
  if (rows.length > 0) {
    printTable(
      ['ID', 'NAME', 'DIRECTORY', 'EPHEMERAL', 'PICTURE'],
      rows.map((row) => [
        row.id,
        row.name,
        row.directory.join(', ') + (row.outdated ? ' (outdated)' : ''),
        shownLease(row.lease, now),
        row.profilePictureUrl,
      ]),
    );
    print();
  }
  print(`${plural(rows.length, 'persona')} on the Page ${pageId}.`);
}

function shownLease(lease: Row['lease'], now: number): Cell {
  if (!lease) return '';
  const seconds = Math.round((Date.parse(lease.expiresAt) - now) / 1000);
  return lease.expired
    ? { text: `expired ${duration(-seconds)} ago`, style: 'yellow' }
    : `expires in ${duration(seconds)}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
