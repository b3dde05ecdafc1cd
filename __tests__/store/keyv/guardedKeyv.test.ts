import { setTimeout as sleep } from 'node:timers/promises';

import { PersonaStoreError, type KeyvLike } from 'bottender-persona';
import { Keyv } from 'keyv';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { gate } from '../../support/gate';
import { checked, storeWith } from '../../support/stores';

/** The error of a call, and how long it took to come. */
async function failureOf(
  asked: Promise<unknown>,
): Promise<{ error: unknown; ms: number }> {
  const begun = Date.now();
  try {
    await asked;
  } catch (error) {
    return { error, ms: Date.now() - begun };
  }
  throw new Error('it did not fail');
}

test('returns what the store returns', async () => {
  const guarded = new GuardedKeyv(checked(new Keyv()));
  await guarded.set('a:1', { id: '7' });
  expect(await guarded.get('a:1')).toEqual({ id: '7' });
  await guarded.delete('a:1');
  expect(await guarded.get('a:1')).toBeUndefined();
});

test('null from the store means that there is no value', async () => {
  const guarded = new GuardedKeyv(
    storeWith({ get: () => Promise.resolve(null) }),
  );
  expect(await guarded.get('a')).toBeUndefined();
});

test('a store that does not answer delays one caller, by a second', async () => {
  const back = gate();
  const guarded = new GuardedKeyv(
    storeWith({ get: () => back.opened.then(() => 'value') }),
  );
  const first = await failureOf(guarded.get('a'));
  expect(first.error).toBeInstanceOf(PersonaStoreError);
  expect(String(first.error)).toMatch(/read .*it did not answer in time/);
  expect(first.ms).toBeGreaterThanOrEqual(990);
  expect(first.ms).toBeLessThan(10_000);

  const second = await failureOf(guarded.get('b'));
  expect(second.error).toBeInstanceOf(PersonaStoreError);
  expect(second.ms).toBeLessThan(950);

  back.open();
  expect(await guarded.get('c')).toBe('value');
});

test('the store is waited for again when it has answered', async () => {
  let answer: Promise<unknown> = new Promise(() => {});
  const guarded = new GuardedKeyv(storeWith({ get: () => answer }));
  await failureOf(guarded.get('a'));
  answer = Promise.resolve('value');
  expect(await guarded.get('b')).toBe('value');
  answer = new Promise(() => {});
  expect((await failureOf(guarded.get('c'))).ms).toBeGreaterThanOrEqual(890);
});

test('a store that fails slowly delays one caller', async () => {
  const refusals = [gate(), gate(), gate()];
  const asked: string[] = [];
  const guarded = new GuardedKeyv(
    storeWith({
      async get(key) {
        asked.push(key);
        await refusals[asked.length - 1]?.opened;
        if (asked.length <= refusals.length) throw new Error('no login');
        return 'value';
      },
    }),
  );
  const first = failureOf(guarded.get('a'));
  await sleep(200);
  refusals[0]?.open();
  expect(String((await first).error)).toContain('no login');

  for (const key of ['b', 'c']) {
    const { error, ms } = await failureOf(guarded.get(key));
    expect(String(error)).toMatch(/it did not answer in time/);
    expect(ms).toBeLessThan(950);
    refusals[asked.length - 1]?.open();
  }
  expect(await guarded.get('d')).toBe('value');
  expect(asked).toEqual(['a', 'b', 'c', 'd']);
});

test.each<
  [string, Partial<KeyvLike>, (of: GuardedKeyv) => Promise<unknown>, RegExp]
>([
  ['throws', { get: thrower }, (of) => of.get('a'), /read .*: no\./],
  [
    'rejects',
    { delete: () => Promise.reject(new Error('no')) },
    (of) => of.delete('a'),
    /delete from .*: no\./,
  ],
  [
    'does not keep a value',
    { set: () => Promise.resolve(false) },
    (of) => of.set('a', 1),
    /write to .*: it did not store a value\./,
  ],
])(
  'a store that %s fails as a PersonaStoreError',
  async (_how, methods, ask, said) => {
    const { error } = await failureOf(ask(new GuardedKeyv(storeWith(methods))));
    expect(error).toBeInstanceOf(PersonaStoreError);
    expect(String(error)).toMatch(said);
  },
);

test('a store that emits an error and returns nothing has failed', async () => {
  let tell: (error: unknown) => void = () => {};
  const guarded = new GuardedKeyv(
    storeWith({
      on: (event, listener) => {
        expect(event).toBe('error');
        tell = listener;
      },
      get: () => {
        tell(new Error('ECONNREFUSED redis://user:secret@redis.test:6379'));
        return Promise.resolve(undefined);
      },
    }),
  );
  const { error } = await failureOf(guarded.get('a'));
  expect(error).toBeInstanceOf(PersonaStoreError);
  expect(String(error)).toContain('ECONNREFUSED redis://[removed]@redis.test');
  expect(String(error)).not.toContain('secret');
});

function thrower(): never {
  throw new Error('no');
}
