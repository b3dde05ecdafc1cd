import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { PersonaRefusedError } from '../../src/errors';
import { RefusalCache } from '../../src/refusals/refusalCache';

const refusal = () =>
  new PersonaRefusedError('unknown', 'adam', '1', { message: 'no' });

const setTime = (ms: number) =>
  jest.spyOn(performance, 'now').mockReturnValue(ms);

afterEach(() => {
  jest.restoreAllMocks();
});

test('a refusal is found by its kind, its account and its subject', () => {
  const cache = new RefusalCache();
  const error = refusal();
  expect(cache.isEmpty).toBe(true);
  expect(cache.add('unknown', '1', '7', error)).toBe(error);
  expect(cache.isEmpty).toBe(false);
  expect(cache.get('unknown', '1', '7')).toBe(error);
  expect(cache.get('unknown', '2', '7')).toBeUndefined();
  expect(cache.get('unknown', undefined, '7')).toBeUndefined();
  expect(cache.get('unknown', '1', '8')).toBeUndefined();
  // A Page may be named like a channel, and a customer like a persona.
  expect(cache.get('profile', '1', '7')).toBeUndefined();
  expect(cache.get('region', '1', '7')).toBeUndefined();
});

test('a refusal of a whole account is not one of a persona', () => {
  const cache = new RefusalCache();
  const error = refusal();
  cache.add('profile', 'Slack', null, error);
  expect(cache.get('profile', 'Slack', null)).toBe(error);
  expect(cache.get('profile', 'Slack', 'adam')).toBeUndefined();
  expect(cache.get('profile', 'Slack', 'null')).toBeUndefined();
});

test('messages that were refused together share one refusal', () => {
  const cache = new RefusalCache();
  const first = refusal();
  expect(cache.add('unknown', '1', '7', first)).toBe(first);
  expect(cache.add('unknown', '1', '7', refusal())).toBe(first);
});

test('a refusal lasts ten minutes, to the millisecond, and so does a newer one', () => {
  setTime(1_000_000);
  const cache = new RefusalCache();
  cache.add('unknown', '1', '7', refusal());
  setTime(1_599_999);
  expect(cache.get('unknown', '1', '7')).toBeDefined();
  setTime(1_600_000);
  expect(cache.get('unknown', '1', '7')).toBeUndefined();
  expect(cache.isEmpty).toBe(true);
  const second = refusal();
  expect(cache.add('unknown', '1', '7', second)).toBe(second);
});

test('at most 5,000 refusals are cached, the latest ones', () => {
  const cache = new RefusalCache();
  for (let id = 0; id <= 5000; id += 1) {
    cache.add('unknown', '1', `${id}`, refusal());
  }
  expect(cache.get('unknown', '1', '0')).toBeUndefined();
  expect(cache.get('unknown', '1', '1')).toBeDefined();
  expect(cache.get('unknown', '1', '5000')).toBeDefined();
});

test('a refusal keeps no part of its message', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const cache = new RefusalCache();
  class Message {
    refuse() {
      cache.add('unknown', '1', '7', refusal());
      return new WeakRef(this);
    }
  }
  const message = new Message().refuse();
  // A WeakRef is strong until the turn has ended.
  await new Promise(setImmediate);
  collect();
  expect(cache.get('unknown', '1', '7')).toBeDefined();
  expect(message.deref()).toBeUndefined();
});

test('an account that ignores profiles is known after the first time; at most 1,000 are remembered', () => {
  const cache = new RefusalCache();
  expect(cache.isKnownToIgnore('0')).toBe(false);
  expect(cache.isKnownToIgnore('0')).toBe(true);
  for (let account = 1; account <= 1000; account += 1) {
    expect(cache.isKnownToIgnore(`${account}`)).toBe(false);
  }
  expect(cache.isKnownToIgnore('1')).toBe(true);
  expect(cache.isKnownToIgnore('0')).toBe(false);
});
