import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { PersonaRefusedError } from '../../src/errors';
import { RefusalMemory } from '../../src/refusals/refusalMemory';

const refusal = () =>
  new PersonaRefusedError('unknown', 'adam', '1', { message: 'no' });

const setTime = (ms: number) =>
  jest.spyOn(performance, 'now').mockReturnValue(ms);

afterEach(() => {
  jest.restoreAllMocks();
});

test('a refusal is found by its kind, its account and its subject', () => {
  const memory = new RefusalMemory();
  const error = refusal();
  expect(memory.isEmpty).toBe(true);
  expect(memory.add('unknown', '1', '7', error)).toBe(error);
  expect(memory.isEmpty).toBe(false);
  expect(memory.get('unknown', '1', '7')).toBe(error);
  expect(memory.get('unknown', '2', '7')).toBeUndefined();
  expect(memory.get('unknown', undefined, '7')).toBeUndefined();
  expect(memory.get('unknown', '1', '8')).toBeUndefined();
  // A Page may be named like a channel, and a customer like a persona.
  expect(memory.get('profile', '1', '7')).toBeUndefined();
  expect(memory.get('region', '1', '7')).toBeUndefined();
});

test('a refusal of a whole account is not one of a persona', () => {
  const memory = new RefusalMemory();
  const error = refusal();
  memory.add('profile', 'Slack', null, error);
  expect(memory.get('profile', 'Slack', null)).toBe(error);
  expect(memory.get('profile', 'Slack', 'adam')).toBeUndefined();
  expect(memory.get('profile', 'Slack', 'null')).toBeUndefined();
});

test('messages that were refused together share one refusal', () => {
  const memory = new RefusalMemory();
  const first = refusal();
  expect(memory.add('unknown', '1', '7', first)).toBe(first);
  expect(memory.add('unknown', '1', '7', refusal())).toBe(first);
});

test('a refusal lasts ten minutes, to the millisecond, and so does a newer one', () => {
  setTime(1_000_000);
  const memory = new RefusalMemory();
  memory.add('unknown', '1', '7', refusal());
  setTime(1_599_999);
  expect(memory.get('unknown', '1', '7')).toBeDefined();
  setTime(1_600_000);
  expect(memory.get('unknown', '1', '7')).toBeUndefined();
  expect(memory.isEmpty).toBe(true);
  const second = refusal();
  expect(memory.add('unknown', '1', '7', second)).toBe(second);
});

test('at most 5,000 refusals are remembered, the latest ones', () => {
  const memory = new RefusalMemory();
  for (let id = 0; id <= 5000; id += 1) {
    memory.add('unknown', '1', `${id}`, refusal());
  }
  expect(memory.get('unknown', '1', '0')).toBeUndefined();
  expect(memory.get('unknown', '1', '1')).toBeDefined();
  expect(memory.get('unknown', '1', '5000')).toBeDefined();
});

test('a refusal keeps no part of its message', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = new RefusalMemory();
  class Message {
    refuse() {
      memory.add('unknown', '1', '7', refusal());
      return new WeakRef(this);
    }
  }
  const message = new Message().refuse();
  // A WeakRef is strong until the turn has ended.
  await new Promise(setImmediate);
  collect();
  expect(memory.get('unknown', '1', '7')).toBeDefined();
  expect(message.deref()).toBeUndefined();
});

test('an account that ignores profiles is known after the first time; at most 1,000 are remembered', () => {
  const memory = new RefusalMemory();
  expect(memory.isKnownToIgnore('0')).toBe(false);
  expect(memory.isKnownToIgnore('0')).toBe(true);
  for (let account = 1; account <= 1000; account += 1) {
    expect(memory.isKnownToIgnore(`${account}`)).toBe(false);
  }
  expect(memory.isKnownToIgnore('1')).toBe(true);
  expect(memory.isKnownToIgnore('0')).toBe(false);
});
