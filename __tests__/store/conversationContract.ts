import { randomUUID } from 'node:crypto';

import type {
  ConversationStore,
  NextMessage,
} from '../../src/store/conversations';

export const LAPSE_MS = 60_000;

export const next = (
  kind: NextMessage['kind'],
  more: Partial<NextMessage> = {},
): NextMessage => ({
  kind,
  claimant: 'one',
  isAfterHuman: false,
  ...more,
});

/** What holds of every store of conversations. */
export function itKeepsConversations(
  open: (lapseMs: number) => ConversationStore,
): void {
  let store: ConversationStore;
  let key: string;
  beforeEach(() => {
    store = open(LAPSE_MS);
    key = randomUUID();
  });

  test('the moments are due in turn', async () => {
    expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
    await store.end(key, 'one', 'bot');
    const begun = await store.begin(key, next('bot'));
    expect(begun).toHaveProperty('undo.previousAt');
    expect(await store.begin(key, next('human'))).not.toHaveProperty('moment');
    expect(await store.begin(key, next('bot'))).toEqual({
      moment: 'handback',
    });
    await store.end(key, 'one', undefined);
    // It was not sent, so it is due again.
    expect(await store.begin(key, next('bot'))).toEqual({
      moment: 'handback',
    });
    await store.end(key, 'one', 'bot');
    expect(await store.begin(key, next('bot'))).toHaveProperty('undo');
    await store.record(key, 'human');
    expect(await store.begin(key, next('bot'))).toEqual({
      moment: 'handback',
    });
    await store.forget(key);
    expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
  });

  test('a lapse is counted from the last message that was delivered', async () => {
    store = open(80);
    await store.record(key, 'bot');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = await store.begin(key, next('bot'));
    if ('undo' in begun && begun.undo) await store.undo(key, begun.undo);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await store.begin(key, next('bot'))).toEqual({ moment: 'lapse' });
  });

  test('a person who spoke while the store was away is not forgotten', async () => {
    await store.record(key, 'bot');
    const message = next('bot', { isAfterHuman: true });
    expect(await store.begin(key, message)).toEqual({ moment: 'handback' });
  });
}

/** What holds where processes share a store. With a Keyv, each decides alone. */
export function itLetsOneProcessDisclose(
  open: (lapseMs: number) => ConversationStore,
): void {
  let store: ConversationStore;
  let key: string;
  beforeEach(() => {
    store = open(LAPSE_MS);
    key = randomUUID();
  });

  test('one process at a time has the claim', async () => {
    await store.begin(key, next('bot'));
    for (const kind of ['bot', 'human'] as const) {
      const other = next(kind, { claimant: 'other' });
      const { waitMs } = (await store.begin(key, other)) as {
        waitMs: number;
      };
      expect(waitMs).toBeGreaterThan(9000);
      expect(waitMs).toBeLessThanOrEqual(10_000);
    }
    // The same process does not wait for itself: an answer may have been lost.
    expect(await store.begin(key, next('bot'))).toEqual({ moment: 'start' });
    await store.end(key, 'other', 'bot');
    const other = next('bot', { claimant: 'other' });
    expect(await store.begin(key, other)).toHaveProperty('waitMs');
    await store.end(key, 'one', undefined);
    expect(await store.begin(key, other)).toEqual({ moment: 'start' });
  });

  test('of many at once, one is the first', async () => {
    const claimants = Array.from({ length: 20 }, (_, at) => `p${at}`);
    const begun = await Promise.all(
      claimants.map((claimant) => store.begin(key, next('bot', { claimant }))),
    );
    expect(begun.filter((each) => 'moment' in each)).toHaveLength(1);
  });
}
