import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { LocalConversations } from '../../src/store/localConversations';
import { MemoryStore } from '../../src/store/memory';
import { openConversations } from '../../src/store/open';
import { advanceTime } from '../support/clock';
import { MapStore } from '../support/stores';
import { itKeepsConversations, LAPSE_MS, next } from './conversationContract';

describe.each([
  ['in memory', () => new MemoryStore()],
  ['in a Keyv', () => new MapStore()],
])('%s', (_where, make) => {
  itKeepsConversations((lapseMs) =>
    openConversations(make(), lapseMs, () => {}),
  );
});

test('memory is bounded', async () => {
  const store = new LocalConversations(LAPSE_MS);
  for (let at = 0; at <= 200_000; at += 1) {
    await store.record(String(at), 'bot');
  }
  expect(await store.begin('0', next('bot'))).toEqual({ moment: 'start' });
  expect(await store.begin('2', next('bot'))).toHaveProperty('undo');
});

describe('in a Keyv', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const open = (keyv: KeyvLike, lapseMs = LAPSE_MS) =>
    openConversations(keyv, lapseMs, () => {});

  test.each([
    null,
    'bot',
    [],
    { at: '5', after: 'a', id: 'a' },
    { after: 'a', id: 'a' },
  ])('%j in place of who spoke last is nobody', async (broken) => {
    const keyv = new MapStore();
    const replace = async (end: string) => {
      for (const key of keyv.all().keys()) {
        if (key.endsWith(end)) await keyv.set(key, broken);
      }
    };
    const store = open(keyv);
    await store.record('A', 'bot');
    await store.record('A', 'human');
    await replace(':human');
    expect(await store.begin('A', next('bot'))).toHaveProperty('undo');
    await replace(':bot');
    expect(await store.begin('A', next('bot'))).toEqual({ moment: 'start' });
    await store.end('A', 'one', 'bot');
    expect(await store.begin('A', next('bot'))).toHaveProperty('undo');
  });

  test('a person without an ID is nobody', async () => {
    const keyv = new MapStore();
    const store = open(keyv);
    await store.record('A', 'bot');
    await store.record('A', 'human');
    const [key = ''] = [...keyv.all().keys()].filter((each) =>
      each.endsWith(':human'),
    );
    await keyv.set(key, { at: Date.now() });
    expect(await store.begin('A', next('bot'))).toHaveProperty('undo');
  });

  test.each([
    [LAPSE_MS, 30 * DAY_MS],
    [29 * DAY_MS, 30 * DAY_MS],
    [40 * DAY_MS, 41 * DAY_MS],
    [4000 * DAY_MS, 3650 * DAY_MS],
  ])(
    'with a lapse of %d ms, values are kept %d ms',
    async (lapseMs, keptMs) => {
      const kept: unknown[] = [];
      const keyv = new MapStore();
      const watched: KeyvLike = {
        get: (key) => keyv.get(key),
        set: (key, value, ttl) => {
          kept.push(ttl);
          return keyv.set(key, value);
        },
        delete: (key) => keyv.delete(key),
      };
      const store = open(watched, lapseMs);
      await store.record('A', 'bot');
      await store.record('A', 'human');
      expect(kept).toEqual([keptMs, keptMs]);
    },
  );

  test('a moment is over in a Memcached, which takes no more than 30 days', async () => {
    const keyv = new MapStore();
    const store = open({
      get: (key) => keyv.get(key),
      set: (key, value, ttl = 0) =>
        ttl > 30 * DAY_MS ? keyv.delete(key) : keyv.set(key, value),
      delete: (key) => keyv.delete(key),
    });
    expect(await store.begin('A', next('bot'))).toEqual({ moment: 'start' });
    await store.end('A', 'one', 'bot');
    expect(await store.begin('A', next('bot'))).toHaveProperty('undo');
  });

  test('nothing is left of a conversation that is forgotten', async () => {
    const keyv = new MapStore();
    const store = open(keyv);
    await store.record('A', 'human');
    await store.record('A', 'bot');
    expect([...keyv.all().keys()].join()).toContain('A');
    await store.forget('A');
    expect([...keyv.all().keys()].join()).not.toContain('A');
    await store.begin('A', next('bot'));
    await store.forget('A');
    // The disclosure was being sent.
    await store.end('A', 'one', 'bot');
    expect(await store.begin('A', next('bot'))).toEqual({ moment: 'start' });
  });

  test('only the last message of a bot can be undone', async () => {
    const store = open(new MapStore());
    await store.record('A', 'bot');
    advanceTime(LAPSE_MS - 1000);
    const first = await store.begin('A', next('bot'));
    advanceTime(2000);
    await store.begin('A', next('bot'));
    if ('undo' in first && first.undo) await store.undo('A', first.undo);
    expect(await store.begin('A', next('bot'))).toHaveProperty('undo');
  });

  test('a disclosure of a moment that nobody claimed is not recorded', async () => {
    const store = open(new MapStore());
    await store.end('A', 'one', 'bot');
    expect(await store.begin('A', next('bot'))).toEqual({ moment: 'start' });
    await store.end('A', 'one', 'human');
    expect(await store.begin('A', next('bot'))).toEqual({ moment: 'handback' });
  });
});
