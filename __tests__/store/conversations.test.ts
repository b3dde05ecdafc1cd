import { LocalConversations } from '../../src/store/localConversations';
import { MemoryStore } from '../../src/store/memory';
import { openConversations } from '../../src/store/open';
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
