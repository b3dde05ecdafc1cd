import { randomUUID } from 'node:crypto';

import { PersonaStoreError } from 'bottender-persona';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../../src/store/keyv/keyvPort';
import { profile } from '../../support/personas';
import {
  MapStore,
  forgetName,
  leaveIndex,
  nameOn,
  settleName,
} from '../../support/stores';

const ADAM = { ...profile('Adam'), id: '7' };
const GUEST = profile('Guest');
const RECORD = { pageId: '1', id: '7', ...GUEST, expiresAt: 1_000_000 };

function open() {
  const store = new MapStore();
  const broken = jest.fn();
  return { store, broken, port: new KeyvPort(new GuardedKeyv(store, broken)) };
}

const indexed = (record: unknown, key: unknown = randomUUID()) => ({
  key,
  slot: 'fly:x',
  claimedUntil: 0,
  record,
});

describe('the leases of other processes', () => {
  test('are found by Page', async () => {
    const { port, store } = open();
    const other = { ...RECORD, pageId: '2', id: null };
    await leaveIndex(store, {
      leases: [indexed(RECORD), indexed({ ...other, token: 'x' })],
    });
    await leaveIndex(store, { leases: [indexed({ ...RECORD, id: '8' })] });
    const on = async (pageId: string) =>
      (await port.leasesOn(pageId)).map(([, record]) => record);
    expect(await on('1')).toEqual([RECORD, { ...RECORD, id: '8' }]);
    expect(await on('2')).toEqual([other]);
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
  ])('are ignored with %s, which is reported once', async (_what, bad) => {
    const { port, store, broken } = open();
    await leaveIndex(store, { leases: [indexed(bad), indexed(RECORD)] });
    for (let time = 0; time < 2; time += 1) {
      expect(await port.leasesOn('1')).toEqual([[expect.any(String), RECORD]]);
    }
    expect(broken.mock.calls).toEqual([[expect.any(PersonaStoreError)]]);
  });

  test.each([
    ['a key of another kind', indexed(RECORD, 'lease')],
    ['no key', indexed(RECORD, null)],
    ['no slot', { ...indexed(RECORD), slot: undefined }],
    ['a claim that is no time', { ...indexed(RECORD), claimedUntil: '1' }],
  ])('are ignored with %s', async (_what, bad) => {
    const { port, store } = open();
    await leaveIndex(store, { leases: [bad] });
    expect(await port.leasesOn('1')).toEqual([]);
  });

  test('count where they are newer than one’s own', async () => {
    const { port, store } = open();
    const use = {
      key: randomUUID(),
      use: 'one',
      slot: 'fly:x',
      record: RECORD,
    };
    const leave = (expiresAt: number) =>
      leaveIndex(store, {
        leases: [indexed({ ...RECORD, expiresAt }, use.key)],
      });
    await port.renew([use], { leaseMs: 60_000, claimMs: 3000 });
    const ends = async () => {
      const leases = await port.leasesOn('1');
      expect(leases).toHaveLength(1);
      return leases[0]?.[1].expiresAt;
    };
    const own = await ends();
    await leave(1_000_000);
    expect(await ends()).toBe(own);
    await leave(8_000_000_000_000);
    expect(await ends()).toBe(8_000_000_000_000);
  });

  test('are not believed to be expired until they were renewed after the clock was set', async () => {
    let clock = 1_000_000;
    let monotonic = 0;
    const pass = (ms: number, setAheadMs = 0) => {
      clock += ms + setAheadMs;
      monotonic += ms;
    };
    const clocks = [
      jest.spyOn(Date, 'now').mockImplementation(() => clock),
      jest.spyOn(performance, 'now').mockImplementation(() => monotonic),
    ];
    const { port, store } = open();
    await port.renew([], { leaseMs: 60_000, claimMs: 3000 });
    const record = { ...RECORD, expiresAt: Date.now() + 60_000 };
    await leaveIndex(store, { leases: [indexed(record)] });
    pass(1, 3_600_000);
    expect(await port.expired(['1'])).toEqual([]);
    pass(59_999);
    expect(await port.expired(['1'])).toEqual([]);
    pass(1);
    expect(await port.expired(['1'])).toHaveLength(1);
    for (const mocked of clocks) mocked.mockRestore();
  });

  test('expire after their time, not exactly at it', async () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const { port, store } = open();
    const at = (expiresAt: number) =>
      leaveIndex(store, { leases: [indexed({ ...RECORD, expiresAt })] });
    await at(999_999);
    await at(1_000_000);
    await at(1_000_001);
    const other = { ...RECORD, pageId: '2', expiresAt: 1 };
    await leaveIndex(store, { leases: [indexed(other)] });
    const found = await port.expired(['1', '3']);
    expect(found.map(([, { expiresAt }]) => expiresAt)).toEqual([999_999]);
    jest.useRealTimers();
  });
});

test('the records of names are stored per Page', async () => {
  const { port, store } = open();
  await settleName(port, '1', 'adam', ADAM);
  await settleName(port, '1', 'bea', { ...ADAM, id: '8' });
  await settleName(port, '12', 'adam', { ...ADAM, id: '9' });
  expect(await nameOn(port, '1', 'adam')).toEqual(ADAM);
  expect(await nameOn(port, '2', 'adam')).toBeUndefined();
  const names = new Map([
    ['adam', expect.objectContaining(ADAM)],
    ['bea', expect.objectContaining({ ...ADAM, id: '8' })],
  ]);
  expect(await port.namesOn('1', [])).toEqual(names);
  // Another process finds them by the first one's index.
  const other = new KeyvPort(new GuardedKeyv(store));
  expect(await other.namesOn('1', [])).toEqual(names);
  await forgetName(port, '1', 'adam');
  expect(await nameOn(port, '1', 'adam')).toBeUndefined();
  expect([...(await other.namesOn('1', [])).keys()]).toEqual(['bea']);
  const keys = [...store.all().keys()];
  expect(keys.filter((key) => key.startsWith('directory:'))).toEqual([
    'directory:1:bea',
    'directory:12:adam',
  ]);
});

test('names are found without any index', async () => {
  const { port, store } = open();
  await store.set('directory:1:adam', ADAM);
  expect(await port.namesOn('1', [])).toEqual(new Map());
  expect(await port.namesOn('1', ['adam', 'eve'])).toEqual(
    new Map([['adam', expect.objectContaining(ADAM)]]),
  );
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
  ['IDs to replace that are no list', { ...ADAM, replaces: '8' }],
  ['a making that is none', { ...ADAM, making: 'x' }],
  ['a making without a profile', { ...ADAM, making: { beside: ['8'] } }],
  [
    'a making beside what is no ID',
    { ...ADAM, making: { ...profile('Adam'), beside: [8] } },
  ],
  ['a making beside nothing', { ...ADAM, making: profile('Adam') }],
  ['no name', { id: '7' }],
  ['a name that is no text', { ...ADAM, name: 5 }],
])('a value with %s is not a record', async (_what, value) => {
  const { port, store, broken } = open();
  const bea = { ...ADAM, replaces: ['8'] };
  await store.set('directory:1:adam', value);
  await store.set('directory:1:bea', bea);
  expect(await nameOn(port, '1', 'adam')).toBeUndefined();
  expect(await port.namesOn('1', ['adam', 'bea'])).toEqual(
    new Map([['bea', expect.objectContaining(bea)]]),
  );
  expect(broken.mock.calls.length).toBe(value === null ? 0 : 1);
});

test.each<[string, object]>([
  ['what it takes the place of', { replaces: ['8', '9'] }],
  ['what is being made', { making: { ...profile('Adam'), beside: ['8'] } }],
  ['what is being made, beside nobody', { making: { ...ADAM, beside: [] } }],
])('a record may contain %s', async (_what, more) => {
  const { port, store, broken } = open();
  await store.set('directory:1:adam', { ...ADAM, ...more, token: 'x' });
  expect(await nameOn(port, '1', 'adam')).toMatchObject({ id: '7' });
  expect(broken).not.toHaveBeenCalled();
});

test('a name without a record is unknown, not invalid', async () => {
  const { port, broken } = open();
  expect(await nameOn(port, '1', 'adam')).toBeUndefined();
  expect(broken).not.toHaveBeenCalled();
});
