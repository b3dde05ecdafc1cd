import { PersonaStoreError } from 'bottender-persona';
import { Keyv, type KeyvOptions } from 'keyv';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { checked, storeWith } from '../../support/stores';

/** A Keyv whose map can be written to beneath it, and what reads it. */
function open(options: KeyvOptions = {}) {
  const map = new Map<string, unknown>();
  const keyv = new Keyv({ store: map, ...options });
  const report = jest.fn<void, [PersonaStoreError]>();
  return {
    map,
    keyv,
    report,
    guarded: new GuardedKeyv(checked(keyv), report),
  };
}

describe('beneath a Keyv', () => {
  test.each([
    ['no JSON', 'x{"secret":1}'],
    ['empty', ''],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"text"'],
    ['a list', '[1]'],
    ['not of Keyv', '{"pageId":"1"}'],
    ['a number that is no text', 5],
  ])('a value that is %s costs only itself', async (_what, value) => {
    const { map, keyv, guarded, report } = open();
    await keyv.set('lease:1', 'one');
    map.set('keyv:lease:2', value);
    map.set('keyv:other:2', value);
    await keyv.set('lease:3', 'three');
    const all = [
      ['lease:1', 'one'],
      ['lease:3', 'three'],
    ];
    expect(await guarded.entries('lease:')).toEqual(all);
    expect(await guarded.entries('lease:')).toEqual(all);
    expect(report).toHaveBeenCalledTimes(1);
    const [error] = report.mock.calls[0] ?? [];
    expect(error).toBeInstanceOf(PersonaStoreError);
    expect(error?.message).toBe(
      'Could not read a value of the kind "lease" in the store of the personas: what is stored there is no record of this plugin. It is passed over.',
    );
    expect(await guarded.get('lease:2')).toBeUndefined();
  });

  test('what was deleted after its key was found is no broken value', async () => {
    const { map, guarded, report } = open();
    map.set('keyv:lease:1', undefined).set('keyv:lease:2', null);
    expect(await guarded.entries('lease:')).toEqual([]);
    expect(report).not.toHaveBeenCalled();
  });

  test('what has expired is passed over, and goes', async () => {
    const { map, keyv, guarded, report } = open();
    await keyv.set('lease:1', 'one', 60_000);
    map.set('keyv:lease:2', JSON.stringify({ value: 1, expires: 1 }));
    expect(await guarded.entries('lease:')).toEqual([['lease:1', 'one']]);
    expect([...map.keys()]).toEqual(['keyv:lease:1']);
    expect(report).not.toHaveBeenCalled();
  });

  test('values are decoded as Keyv does', async () => {
    const compression = {
      compress: (value: unknown) => Promise.resolve({ packed: value }),
      decompress: (value: { packed: unknown }) => Promise.resolve(value.packed),
    };
    const { keyv, guarded } = open({ compression });
    await keyv.set('lease:1', { id: '7' });
    expect(await guarded.entries('lease:')).toEqual([['lease:1', { id: '7' }]]);
    const plain = open({ serialize: undefined, deserialize: undefined });
    await plain.keyv.set('lease:1', { id: '7' });
    expect(await plain.guarded.entries('lease:')).toEqual([
      ['lease:1', { id: '7' }],
    ]);
  });

  test('only so many are told', async () => {
    const { map, guarded, report } = open();
    for (let i = 0; i < 1500; i += 1) map.set(`keyv:lease:${i}`, '');
    for (let time = 0; time < 2; time += 1) {
      expect(await guarded.entries('lease:')).toEqual([]);
    }
    expect(report).toHaveBeenCalledTimes(1000);
  });
});

describe('keys', () => {
  const NAMESPACES = ['keyv', 'shop:personas', ''];

  test.each(
    NAMESPACES.flatMap((namespace) =>
      [true, false].map((useKeyPrefix) => [namespace, useKeyPrefix] as const),
    ),
  )(
    'of the namespace "%s", prefixed by Keyv: %s, are as they were written',
    async (namespace, useKeyPrefix) => {
      const { map, keyv, guarded } = open({ namespace, useKeyPrefix });
      const value = JSON.stringify({ value: 'foreign' });
      for (const key of ['session:lease:1', 'x:keyv:lease:1', 'alease:1']) {
        map.set(key, value).set(`other:${key}`, value);
        await keyv.set(key, 'foreign');
      }
      await guarded.set('lease:1', 'lease');
      await guarded.set('directory:1:a:b', 'name');
      expect(await guarded.entries('lease:')).toEqual([['lease:1', 'lease']]);
      expect(await guarded.entries('directory:1:')).toEqual([
        ['directory:1:a:b', 'name'],
      ]);
      await guarded.delete('lease:1');
      expect(await guarded.entries('lease:')).toEqual([]);
    },
  );

  test('of a namespace that is their own beginning are found', async () => {
    const { guarded } = open({ namespace: 'lease' });
    await guarded.set('lease:1', 'lease');
    expect(await guarded.entries('lease:')).toEqual([['lease:1', 'lease']]);
  });

  test('of a namespace that was taken away are as they were written', async () => {
    const { map, keyv, guarded } = open();
    keyv.namespace = undefined;
    map.set('session:lease:1', JSON.stringify({ value: 'foreign' }));
    await guarded.set('lease:1', 'lease');
    expect(await guarded.entries('lease:')).toEqual([['lease:1', 'lease']]);
  });

  test('of a store that is no Keyv are its own', async () => {
    const iterator = () => [
      ['session:lease:1', 'foreign'],
      ['lease:1', 'lease'],
    ];
    const guarded = new GuardedKeyv(storeWith({ iterator }));
    expect(await guarded.entries('lease:')).toEqual([['lease:1', 'lease']]);
  });
});

test('of a Keyv 6 a value that it cannot decode costs only itself, though it tells so by event', async () => {
  const listeners: ((error: unknown) => void)[] = [];
  const adapterListeners: ((error: unknown) => void)[] = [];
  let isAway = false;
  const keyv6 = storeWith({
    on: (_event: 'error', listener: (error: unknown) => void) =>
      listeners.push(listener),
    iterator: () => {
      throw new Error('not this one');
    },
    store: {
      on: (_event: 'error', listener: (error: unknown) => void) =>
        adapterListeners.push(listener),
      *iterator() {
        if (isAway) adapterListeners[0]?.(new Error('ECONNREFUSED'));
        yield ['lease:1', '{"value":"one"}'];
        yield ['lease:2', 'x'];
        yield ['lease:3', '{"value":"three"}'];
      },
    },
    decode: (raw: string) => {
      if (raw !== 'x') return Promise.resolve<unknown>(JSON.parse(raw));
      for (const listener of listeners) listener(new Error('no JSON'));
      return Promise.resolve(undefined);
    },
  });
  const report = jest.fn();
  const guarded = new GuardedKeyv(keyv6, report);
  expect(await guarded.entries('lease:')).toEqual([
    ['lease:1', 'one'],
    ['lease:3', 'three'],
  ]);
  expect(report).toHaveBeenCalledTimes(1);
  isAway = true;
  await expect(guarded.entries('lease:')).rejects.toThrow('ECONNREFUSED');
});
