import { PersonaStoreError } from 'bottender-persona';

import { CreationWaits } from '../../src/messenger/creationWaits';
import { Directory } from '../../src/directory/directory';
import { checkDirectory } from '../../src/directory/entries';
import { DirectoryRecords } from '../../src/directory/records';
import { Leases } from '../../src/ephemeral/leases';
import { GuardedStore } from '../../src/store/guardedStore';
import { MemoryStore, type PersonaStore } from '../../src/store/store';
import { answering } from '../support/answers';
import { profile } from '../support/faces';

const ADAM = { ...profile('Adam'), id: '7' };

test('the records of names are kept Page by Page', async () => {
  const store = new MemoryStore();
  const records = new DirectoryRecords(new GuardedStore(store));
  await records.set('1', 'adam', ADAM);
  await records.set('1', 'bea', { ...ADAM, id: '8' });
  await records.set('12', 'adam', { ...ADAM, id: '9' });
  expect(await records.get('1', 'adam')).toEqual(ADAM);
  expect(await records.get('2', 'adam')).toBeUndefined();
  expect(await records.on('1')).toEqual(
    new Map([
      ['adam', ADAM],
      ['bea', { ...ADAM, id: '8' }],
    ]),
  );
  await records.delete('1', 'adam');
  expect(await records.get('1', 'adam')).toBeUndefined();
  expect([...store.iterator()].map(([key]) => key)).toEqual([
    'directory:1:bea',
    'directory:12:adam',
  ]);
});

test.each([
  ['nothing', null],
  ['a text', 'Adam'],
  ['an ID that is a number', { ...ADAM, id: 7 }],
  ['an empty ID', { ...ADAM, id: '' }],
  ['an ID that is a name', { ...ADAM, id: 'adam' }],
  ['no ID', profile('Adam')],
  ['no picture', { id: '7', name: 'Adam' }],
  ['an empty name', { ...ADAM, name: '' }],
  ['one ID for what it replaces', { ...ADAM, replaces: '8' }],
  ['a name among what it replaces', { ...ADAM, replaces: ['8', 'adam'] }],
  ['no name', { id: '7' }],
  ['a name that is no text', { ...ADAM, name: 5 }],
])('what has %s is no record', async (_what, value) => {
  const store = new MemoryStore();
  const bea = { ...ADAM, replaces: ['8'] };
  await store.set('directory:1:adam', value);
  await store.set('directory:1:bea', bea);
  const broken = jest.fn();
  const records = new DirectoryRecords(new GuardedStore(store, broken));
  expect(await records.get('1', 'adam')).toBeUndefined();
  expect(await records.on('1')).toEqual(new Map([['bea', bea]]));
  expect(broken.mock.calls).toEqual([[expect.any(PersonaStoreError)]]);
});

async function open(store: PersonaStore) {
  const { page, calls } = await answering([
    { body: { data: [] } },
    { body: { id: '20' } },
  ]);
  const report = jest.fn();
  const guarded = new GuardedStore(store);
  const directory = new Directory(
    checkDirectory({ adam: profile('Adam'), desk: '12' }),
    guarded,
    new Leases(guarded, 60_000, report),
    report,
    new CreationWaits(),
  );
  return { directory, page, calls, report };
}

test('the IDs that names stand for on a Page are those stored, found and given', async () => {
  const store = new MemoryStore();
  await store.set('directory:1:gone', ADAM);
  await store.set('directory:2:adam', { ...ADAM, id: '8' });
  const { directory, page } = await open(store);
  expect(await directory.idsOn('1')).toEqual(new Set(['7', '12']));
  const finding = directory.idOf(page, 'adam');
  expect(await directory.idsOn('1')).toEqual(new Set(['7', '12']));
  expect(await finding).toBe('20');
  await store.delete('directory:1:adam');
  expect(await directory.idsOn('1')).toEqual(new Set(['7', '12', '20']));
  expect(await directory.idsOn('3')).toEqual(new Set(['12']));
});

test('a name has a profile, or an ID of its own', async () => {
  const { directory, calls } = await open(new MemoryStore());
  expect([directory.has('desk'), directory.has('77')]).toEqual([true, false]);
  expect(
    ['desk', 'adam', '77'].map((name) => directory.fixedIdOf(name)),
  ).toEqual(['12', undefined, undefined]);
  expect(directory.profileOf('adam')).toEqual(profile('Adam'));
  expect(directory.profileOf('desk')).toBeUndefined();
  expect(calls).toEqual([]);
});

test('a store that cannot be read or written is told of, and the ID is found', async () => {
  const away = () => Promise.reject(new Error('away'));
  const store = Object.assign(new MemoryStore(), { get: away, set: away });
  const { directory, page, report } = await open(store);
  expect(await directory.idOf(page, 'adam')).toBe('20');
  expect(report.mock.calls).toEqual([
    [expect.any(PersonaStoreError), null],
    [expect.any(PersonaStoreError), null],
  ]);
});
