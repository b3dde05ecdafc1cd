import { PersonaStoreError } from 'bottender-persona';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../../src/store/keyv/keyvPort';
import { profile } from '../../support/faces';
import { MapStore } from '../../support/mapStore';
import { leaseKey } from '../../support/stores';

const ADAM = { ...profile('Adam'), id: '7' };
const GUEST = profile('Guest');
const RECORD = { pageId: '1', id: '7', ...GUEST, expiresAt: 1_000_000 };

function open() {
  const store = new MapStore();
  const broken = jest.fn();
  return { store, broken, port: new KeyvPort(new GuardedKeyv(store, broken)) };
}

const keyOf = (storedKey: string) => storedKey.slice('lease:'.length);

describe('the leases', () => {
  test('are what looks like one, Page by Page', async () => {
    const { port, store } = open();
    const other = { ...RECORD, pageId: '2', id: null };
    const [one, two] = [leaseKey(), leaseKey()];
    await store.set(one, RECORD);
    await store.set(two, { ...other, token: 'x' });
    await store.set('lease:a', RECORD);
    await store.set(`session:${leaseKey()}`, RECORD);
    await store.set(`lease:of-${leaseKey()}`, RECORD);
    await store.set(`${leaseKey()}:b`, RECORD);
    await store.set('directory:1:adam', RECORD);
    expect(await port.leasesOn('1')).toEqual([[keyOf(one), RECORD]]);
    expect(await port.leasesOn('2')).toEqual([[keyOf(two), other]]);
  });

  test.each([
    ['nothing', null],
    ['a text', 'text'],
    ['a Page ID that is a number', { ...RECORD, pageId: 1 }],
    ['a Page ID that is no ID', { ...RECORD, pageId: 'me' }],
    ['an ID that is a number', { ...RECORD, id: 7 }],
    ['an empty ID', { ...RECORD, id: '' }],
    ['an ID that is a path', { ...RECORD, id: '../me/feed' }],
    ['no ID', { ...RECORD, id: undefined }],
    ['no name', { ...RECORD, name: undefined }],
    ['an empty name', { ...RECORD, name: '' }],
    ['no picture', { ...RECORD, profilePictureUrl: undefined }],
    ['a picture that is no text', { ...RECORD, profilePictureUrl: {} }],
    ['an end that is a text', { ...RECORD, expiresAt: '1' }],
    ['an end that is no number', { ...RECORD, expiresAt: NaN }],
    ['no end', { ...RECORD, expiresAt: Infinity }],
  ])('are none with %s, which is told once', async (_what, bad) => {
    const { port, store, broken } = open();
    const key = leaseKey();
    await store.set(leaseKey(), bad);
    await store.set(key, RECORD);
    expect(await port.leasesOn('1')).toEqual([[keyOf(key), RECORD]]);
    expect(await port.leasesOn('1')).toEqual([[keyOf(key), RECORD]]);
    expect(broken.mock.calls).toEqual([[expect.any(PersonaStoreError)]]);
  });

  test('run out after their time, not at it', async () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const { port, store } = open();
    const at = (expiresAt: number) =>
      store.set(leaseKey(), { ...RECORD, expiresAt });
    await at(999_999);
    await at(1_000_000);
    await at(1_000_001);
    await store.set(leaseKey(), { ...RECORD, pageId: '2', expiresAt: 1 });
    const found = await port.expired(['1', '3']);
    expect(found.map(([, { expiresAt }]) => expiresAt)).toEqual([999_999]);
    jest.useRealTimers();
  });
});

test('the records of names are kept Page by Page', async () => {
  const store = new MapStore();
  const records = new KeyvPort(new GuardedKeyv(store));
  await records.setName('1', 'adam', ADAM);
  await records.setName('1', 'bea', { ...ADAM, id: '8' });
  await records.setName('12', 'adam', { ...ADAM, id: '9' });
  expect(await records.nameOn('1', 'adam')).toEqual(ADAM);
  expect(await records.nameOn('2', 'adam')).toBeUndefined();
  expect(await records.namesOn('1')).toEqual(
    new Map([
      ['adam', ADAM],
      ['bea', { ...ADAM, id: '8' }],
    ]),
  );
  await records.deleteName('1', 'adam');
  expect(await records.nameOn('1', 'adam')).toBeUndefined();
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
  const store = new MapStore();
  const bea = { ...ADAM, replaces: ['8'] };
  await store.set('directory:1:adam', value);
  await store.set('directory:1:bea', bea);
  const broken = jest.fn();
  const records = new KeyvPort(new GuardedKeyv(store, broken));
  expect(await records.nameOn('1', 'adam')).toBeUndefined();
  expect(await records.namesOn('1')).toEqual(new Map([['bea', bea]]));
  expect(broken.mock.calls).toEqual([[expect.any(PersonaStoreError)]]);
});

test('a name that nothing is written of is nobody, and no broken value', async () => {
  const { port, broken } = open();
  expect(await port.nameOn('1', 'adam')).toBeUndefined();
  expect(broken).not.toHaveBeenCalled();
});
