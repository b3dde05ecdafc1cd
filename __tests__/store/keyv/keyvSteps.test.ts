import { randomUUID } from 'node:crypto';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../../src/store/keyv/keyvPort';
import type { Use } from '../../../src/store/port';
import { profile } from '../../support/faces';
import { MapStore } from '../../support/mapStore';

const NOW = 1_000_000;
const OPTIONS = { leaseMs: 3000, claimMs: 500 };
const ADAM = { ...profile('Adam'), id: '7' };

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

function open() {
  const store = new MapStore();
  const broken = jest.fn();
  return { store, broken, port: new KeyvPort(new GuardedKeyv(store, broken)) };
}

function useOf(id: string | null): Use {
  const record = { pageId: '1', id, ...profile('Guest') };
  return { key: randomUUID(), use: randomUUID(), slot: 'fly:guest', record };
}

describe('a lease in a Keyv', () => {
  test('is one’s own, whoever else wants the same', async () => {
    const { port, store } = open();
    const [one, two] = [useOf(null), useOf(null)];
    const alone = { as: 'creator' };
    expect(port.isLasting).toBe(true);
    expect(await port.acquire(one, OPTIONS)).toEqual(alone);
    expect(await port.acquire(two, OPTIONS)).toEqual(alone);
    expect(await store.get(`lease:${one.key}`)).toEqual({
      ...one.record,
      expiresAt: NOW + 3000,
    });
    expect(await port.release()).toBe('last');
    await port.forget('1', one.key);
    expect((await port.leasesOn('1')).map(([key]) => key)).toEqual([two.key]);
  });

  test('is renewed with all others', async () => {
    const { port } = open();
    const uses = [useOf('7'), useOf('8')];
    await port.renew(uses, OPTIONS);
    jest.setSystemTime(NOW + 1000);
    await port.renew(uses, OPTIONS);
    const leases = await port.leasesOn('1');
    expect(leases.map(([, { id, expiresAt }]) => [id, expiresAt])).toEqual([
      ['7', NOW + 4000],
      ['8', NOW + 4000],
    ]);
  });

  test('that has run out is anybody’s', async () => {
    const { port } = open();
    await port.renew([useOf('7')], OPTIONS);
    jest.setSystemTime(NOW + 3001);
    const expired = await port.expired(['1']);
    expect(expired).toHaveLength(1);
    expect(await port.claimExpired()).toBe(true);
    await port.requeue();
    expect(await port.expired(['1'])).toEqual(expired);
  });
});

describe('a name in a Keyv', () => {
  const settled = {
    pageId: '1',
    name: 'adam',
    record: ADAM,
    seenId: undefined,
  };

  test('is settled, and the intent goes', async () => {
    const { port, broken } = open();
    const [one, two] = [useOf(null), useOf(null)];
    await port.acquire(one, OPTIONS);
    await port.acquire(two, OPTIONS);
    expect(await port.settle({ ...settled, key: undefined })).toEqual(ADAM);
    expect(await port.leasesOn('1')).toHaveLength(2);
    expect(await port.settle({ ...settled, key: one.key })).toEqual(ADAM);
    expect((await port.leasesOn('1')).map(([key]) => key)).toEqual([two.key]);
    expect(await port.nameOn('1', 'adam')).toEqual(ADAM);
    await port.deleteName('1', 'adam');
    expect(await port.nameOn('1', 'adam')).toBeUndefined();
    expect(broken).not.toHaveBeenCalled();
  });

  test.each<[string, object]>([
    ['what it takes the place of', { replaces: ['8', '9'] }],
    ['what is being made', { making: { ...profile('Adam'), beside: ['8'] } }],
    [
      'what is being made, beside nobody',
      { making: { ...profile('A'), beside: [] } },
    ],
  ])('may say %s', async (_what, more) => {
    const { port, store, broken } = open();
    await store.set('directory:1:adam', { ...ADAM, ...more, token: 'x' });
    expect(await port.nameOn('1', 'adam')).toEqual({ ...ADAM, ...more });
    expect(broken).not.toHaveBeenCalled();
  });

  test.each<[string, unknown]>([
    ['no object', 'Adam'],
    ['no ID', { ...ADAM, id: undefined }],
    ['no picture', { id: '7', name: 'Adam' }],
    ['an ID to replace that is none', { ...ADAM, replaces: ['x'] }],
    ['IDs to replace that are no list', { ...ADAM, replaces: '8' }],
    ['a making that is none', { ...ADAM, making: 'x' }],
    ['a making without a profile', { ...ADAM, making: { beside: ['8'] } }],
    [
      'a making beside what is no ID',
      { ...ADAM, making: { ...profile('Adam'), beside: [8] } },
    ],
    ['a making beside nothing', { ...ADAM, making: profile('Adam') }],
  ])('with %s is none, and told once', async (_what, value) => {
    const { port, store, broken } = open();
    await store.set('directory:1:adam', value);
    await store.set('directory:1:eve', ADAM);
    expect(await port.nameOn('1', 'adam')).toBeUndefined();
    expect(await port.namesOn('1')).toEqual(new Map([['eve', ADAM]]));
    expect(broken).toHaveBeenCalledTimes(1);
  });
});

describe('the lock of a Page in a Keyv', () => {
  test('is one’s own until it is given back', async () => {
    const { port, store } = open();
    expect(await port.lock('1', 'a', 'process 1', 1000)).toBeUndefined();
    const held = { holder: 'process 1', since: NOW };
    expect(await port.lock('1', 'b', 'process 2', 1000)).toEqual(held);
    expect(await port.lock('2', 'b', 'process 2', 1000)).toBeUndefined();
    await port.unlock('1', 'b');
    expect(await port.lock('1', 'b', 'process 2', 1000)).toEqual(held);
    await port.unlock('1', 'a');
    expect(await store.get('lock:1')).toBeUndefined();
    expect(await port.lock('1', 'b', 'process 2', 1000)).toBeUndefined();
  });

  test('is no lock where nothing tells since when', async () => {
    const { port, store } = open();
    await store.set('lock:1', { holder: '?', until: NOW + 1000 });
    expect(await port.lock('1', 'a', 'process 1', 1000)).toBeUndefined();
    expect(await port.lock('1', 'b', 'process 2', 1000)).toEqual({
      holder: 'process 1',
      since: NOW,
    });
  });

  test('ends by itself, to the millisecond, unless it is renewed', async () => {
    const { port } = open();
    await port.lock('1', 'a', 'process 1', 1000);
    jest.setSystemTime(NOW + 999);
    // Renewed: who has it, has it since then.
    expect(await port.lock('1', 'a', 'process 1', 1000)).toBeUndefined();
    const held = { holder: 'process 1', since: NOW };
    jest.setSystemTime(NOW + 1998);
    expect(await port.lock('1', 'b', 'process 2', 1000)).toEqual(held);
    jest.setSystemTime(NOW + 1999);
    expect(await port.lock('1', 'b', 'process 2', 1000)).toBeUndefined();
    expect(await port.lock('1', 'c', 'process 3', 1000)).toEqual({
      holder: 'process 2',
      since: NOW + 1999,
    });
  });

  test.each<[string, unknown]>([
    ['a text', 'a'],
    ['no end', { token: 'x', holder: 'process 1', since: 1 }],
    ['an end that is a text', { token: 'x', until: '9999999999999' }],
  ])('that is %s is no lock', async (_what, value) => {
    const { port, store } = open();
    await store.set('lock:1', value);
    expect(await port.lock('1', 'b', 'process 2', 1000)).toBeUndefined();
  });

  test('of one’s own without a beginning begins now', async () => {
    const { port, store } = open();
    await store.set('lock:1', { token: 'a', until: NOW + 5 });
    await port.lock('1', 'a', 'process 1', 1000);
    expect(await store.get('lock:1')).toEqual({
      token: 'a',
      holder: 'process 1',
      since: NOW,
      until: NOW + 1000,
    });
  });
});
