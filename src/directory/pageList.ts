import type { Leases } from '../ephemeral/leases';
import type { Outcome } from '../messenger/call';
import type { Page } from '../messenger/page';
import { listPersonas, type ListedPersona } from '../messenger/personaCalls';
import { orAfter } from '../orAfter';

/** How long customers wait for the store to tell which of the personas are on the fly. */
const LEASES_PATIENCE_MS = 1000;

/** The Page's personas, but for those made on the fly: they are deleted before long. */
export async function listLasting(
  page: Page,
  leases: Leases,
): Promise<Outcome<ListedPersona[]>> {
  const list = await listPersonas(page);
  if (!list.ok) return list;
  // Read after the list, so that whatever stands there has its lease.
  const onTheFly = await orAfter(
    leases.idsOn(page.id),
    LEASES_PATIENCE_MS,
    new Set<string>(),
  );
  return { ok: true, value: list.value.filter(({ id }) => !onTheFly.has(id)) };
}
