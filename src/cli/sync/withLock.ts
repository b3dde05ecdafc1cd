import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { sleep } from '../../graph/retries';
import type { StorePort, Use } from '../../store/port';
import { CommandError } from '../commandErrors';

const SLOT = 'sync';
/** The next sync waits this long for the lease of a killed one. */
const LEASE_MS = 5000;
const OPTIONS = { leaseMs: LEASE_MS, claimMs: LEASE_MS };
const RENEWAL_MS = 1500;
const POLL_MS = 500;

/**
 * Runs with a lease on the Page's slot for syncs, because two syncs at the same
 * time would both create what is missing.
 *
 * @param onLost called if another sync acquires the slot while this process is suspended
 * @throws CommandError naming the sync that has the slot
 */
export async function withLock(
  store: StorePort,
  pageId: string,
  onLost: () => void,
  run: () => Promise<void>,
): Promise<void> {
  const use = useOf(pageId);
  // Acquiring again renews the claim.
  const acquire = () => store.acquire(use, OPTIONS);
  const deadline = performance.now() + LEASE_MS + POLL_MS;
  for (;;) {
    const acquired = await acquire();
    if (acquired.as === 'creator') break;
    const holder = acquired.as === 'waiting' ? acquired.name : 'unknown';
    if (performance.now() > deadline) throw lockedError(pageId, holder);
    await sleep(POLL_MS);
  }
  const renewal = setInterval(() => {
    acquire().then(
      ({ as }) => {
        if (as !== 'creator') onLost();
      },
      // The store failed: the next step that writes reports it.
      () => {},
    );
  }, RENEWAL_MS).unref();
  try {
    await run();
  } finally {
    clearInterval(renewal);
    // It expires by itself.
    await store.forget(pageId, use.key).catch(() => {});
  }
}

/** The name describes this process to those that wait for the slot. */
function useOf(pageId: string): Use {
  const since = new Date().toISOString();
  const name = `process ${process.pid} on ${hostname()}, since ${since}`;
  const record = { pageId, id: null, name, profilePictureUrl: '' };
  return { key: randomUUID(), use: randomUUID(), slot: SLOT, record };
}

function lockedError(pageId: string, holder: string): CommandError {
  return new CommandError(
    `Another sync of the Page ${pageId} is at work: ${holder}. Run this command again when it has ended.`,
  );
}
