import { PersonaStoreError } from 'bottender-persona';

import { Directory } from '../../src/directory/directory';
import { checkDirectory } from '../../src/directory/entries';
import { Leases } from '../../src/ephemeral/leases';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { EphemeralPool } from '../../src/ephemeral/pool';
import { noStats } from '../../src/stats';
import { GuardedKeyv } from '../../src/store/keyv/guardedKeyv';
import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../src/store/keyv/keyvPort';
import { startFakeGraph } from '../support/fakeGraph';
import { profile } from '../support/personas';
import { MapStore, settleName } from '../support/stores';

const ADAM = { ...profile('Adam'), id: '7' };

async function open(store: KeyvLike) {
  const { page, calls } = await startFakeGraph([
    { body: { data: [] } },
    { body: { id: '20' } },
  ]);
  const report = jest.fn();
  const port = new KeyvPort(new GuardedKeyv(store));
  const leases = new Leases(port, 60_000, report);
  const creator = new PersonaCreator(leases, noStats());
  const directory = new Directory(
    checkDirectory({ adam: profile('Adam'), desk: '12' }),
    leases,
    creator,
    new EphemeralPool(leases, creator, 0, noStats()),
  );
  const idsOn = (id: string) => directory.idsOn({ ...page, id });
  return { directory, idsOn, page, calls, report };
}

test('the known IDs of a Page are those that are stored, found and configured', async () => {
  const store = new MapStore();
  const before = new KeyvPort(new GuardedKeyv(store));
  await settleName(before, '1', 'gone', ADAM);
  await settleName(before, '2', 'adam', { ...ADAM, id: '8' });
  const { directory, idsOn, page } = await open(store);
  expect(await idsOn('1')).toEqual(new Set(['7', '12']));
  const finding = directory.idOf(page, 'adam');
  expect(await idsOn('1')).toEqual(new Set(['7', '12']));
  expect(await finding).toBe('20');
  await store.delete('directory:1:adam');
  expect(await idsOn('1')).toEqual(new Set(['7', '12', '20']));
  expect(await idsOn('3')).toEqual(new Set(['12']));
});

test('a name has a profile or a fixed ID', async () => {
  const { directory, calls } = await open(new MapStore());
  const { given, profile: shown } = directory.find('adam') ?? {};
  expect([given, shown]).toEqual([profile('Adam'), profile('Adam')]);
  expect(directory.find('desk')).toEqual({ name: 'desk', id: '12' });
  expect(directory.find('12')).toEqual({ name: 'desk', id: '12' });
  expect(directory.find('77')).toBeUndefined();
  expect(calls).toEqual([]);
});

test('a store that cannot be read or written is reported, and the ID is still found', async () => {
  const away = () => Promise.reject(new Error('away'));
  const store = Object.assign(new MapStore(), { get: away, set: away });
  const { directory, page, report } = await open(store);
  expect(await directory.idOf(page, 'adam')).toBe('20');
  expect(report.mock.calls).toEqual([
    [expect.any(PersonaStoreError), { id: null, ...profile('Adam') }],
  ]);
});
