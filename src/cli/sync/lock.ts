import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { sleep } from '../../graph/retries';
import type { LockHolder, StorePort } from '../../store/port';
import { Failure } from '../failure';

/** The lock of a sync that was killed ends after this; the next one waits so long for it. */
const LOCK_MS = 5000;
const RENEWAL_MS = 1500;
const LOOK_EVERY_MS = 500;

/**
 * Runs with the Page's lock, which the store keeps: two that sync at once would
 * each make what is missing.
 *
 * @param onLost told when somebody else has it, because this process was stopped for long
 * @throws Failure naming who has it
 */
export async function withLock(
  store: StorePort,
  pageId: string,
  onLost: () => void,
  run: () => Promise<void>,
): Promise<void> {
  const token = randomUUID();
  const holder = `process ${process.pid} on ${hostname()}`;
  const lock = () => store.lock(pageId, token, holder, LOCK_MS);
  const deadline = Date.now() + LOCK_MS + LOOK_EVERY_MS;
  for (let other = await lock(); other; other = await lock()) {
    if (Date.now() > deadline) throw held(pageId, other);
    await sleep(LOOK_EVERY_MS);
  }
  const renewal = setInterval(() => {
    lock().then(
      (taken) => taken && onLost(),
      // The store is away: the next step that writes says so.
      () => {},
    );
  }, RENEWAL_MS).unref();
  try {
    await run();
  } finally {
    clearInterval(renewal);
    // It ends by itself.
    await store.unlock(pageId, token).catch(() => {});
  }
}

function held(pageId: string, { holder, since }: LockHolder): Failure {
  const when = new Date(since).toISOString();
  return new Failure(
    `Another sync of the Page ${pageId} is at work: ${holder}, since ${when}. Run it again when that one has ended.`,
  );
}
