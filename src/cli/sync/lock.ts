import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { sleep } from '../../graph/retries';
import type { StorePort, Use } from '../../store/port';
import { Failure } from '../failure';

const SLOT = 'sync';
/** A killed sync's lease expires after this; the next sync waits so long for it. */
const LEASE_MS = 5000;
const OPTIONS = { leaseMs: LEASE_MS, claimMs: LEASE_MS };
const RENEWAL_MS = 1500;
const LOOK_EVERY_MS = 500;

/**
 * Runs with a lease on the Page's slot for syncs: two that sync at once would
 * each create what is missing.
 *
 * @param onLost called when another sync has the slot, because this process was stopped for long
 * @throws Failure naming the sync that has the slot
 */
export async function withLock(
  store: StorePort,
  pageId: string,
  onLost: () => void,
  run: () => Promise<void>,
): Promise<void> {
  const use = useOf(pageId);
  // Who acquires the slot again renews its claim.
  const acquire = () => store.acquire(use, OPTIONS);
  const deadline = Date.now() + LEASE_MS + LOOK_EVERY_MS;
  for (;;) {
    const acquired = await acquire();
    if (acquired.as === 'creator') break;
    const holder = acquired.as === 'waiting' ? acquired.name : 'unknown';
    if (Date.now() > deadline) throw isHeld(pageId, holder);
    await sleep(LOOK_EVERY_MS);
  }
  const renewal = setInterval(() => {
    acquire().then(
      ({ as }) => {
        if (as !== 'creator') onLost();
      },
      // The store is away: the next step that writes says so.
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

/** The name says who has the slot, to those who wait for it. */
function useOf(pageId: string): Use {
  const since = new Date().toISOString();
  const name = `process ${process.pid} on ${hostname()}, since ${since}`;
  const record = { pageId, id: null, name, profilePictureUrl: '' };
  return { key: randomUUID(), use: randomUUID(), slot: SLOT, record };
}

function isHeld(pageId: string, holder: string): Failure {
  return new Failure(
    `Another sync of the Page ${pageId} is at work: ${holder}. Run it again when that one has ended.`,
  );
}
