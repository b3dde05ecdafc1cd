import { MemoryStore } from '../../src/store/store';

test('the memory store keeps, gives and forgets as a Keyv does', async () => {
  const store = new MemoryStore();
  expect(await store.get('a')).toBeUndefined();
  expect(await store.set('a', 1)).toBe(true);
  expect(await store.set('b', 2)).toBe(true);
  expect(await store.get('a')).toBe(1);
  expect([...store.iterator()]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(await store.delete('a')).toBe(true);
  expect(await store.delete('a')).toBe(false);
  expect([...store.iterator()]).toEqual([['b', 2]]);
});
