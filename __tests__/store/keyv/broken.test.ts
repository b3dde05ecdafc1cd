import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

import { PersonaStoreError } from 'bottender-persona';
import { Keyv } from 'keyv';

import { GuardedKeyv } from '../../../src/store/keyv/guardedKeyv';
import { KeyvPort } from '../../../src/store/keyv/keyvPort';
import { advanceTime } from '../../support/clock';
import { profile } from '../../support/personas';
import {
  leaveIndex,
  leaveLease,
  nameOn,
  settleName,
} from '../../support/stores';

const PAGE_ID = '1';
const ADAM = { ...profile('Adam'), id: '7' };

/** A Keyv on a Map that the test can write to, and a port that reads it. */
function open() {
  const map = new Map<string, unknown>();
  const keyv = new Keyv({ store: map });
  const report = jest.fn<void, [PersonaStoreError]>();
  return {
    map,
    keyv,
    report,
    port: new KeyvPort(new GuardedKeyv(keyv, report)),
  };
}

describe('a value instead of an index', () => {
  test.each([
    ['no JSON', 'x{"secret":1}'],
    ['empty', ''],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"text"'],
    ['a list', '[1]'],
    ['not of Keyv', '{"leases":[]}'],
    ['a number that is no text', 5],
    ['an index without leases', '{"value":{"names":5}}'],
  ])('that is %s affects nothing else', async (_what, value) => {
    const { map, keyv, port } = open();
    map.set(`keyv:${await leaveIndex(keyv, {})}`, value);
    const page = { id: PAGE_ID };
    await leaveLease(keyv, { id: '7', name: 'Adam', page });
    for (let time = 0; time < 2; time += 1) {
      const leases = await port.leasesOn(PAGE_ID);
      expect(leases.map(([, { id }]) => id)).toEqual(['7']);
    }
    expect(await port.expired([PAGE_ID])).toHaveLength(1);
  });
});

test.each([
  ['no JSON', 'x'],
  ['a text', '{"value":"text"}'],
  ['a list of something else', '{"value":{"ids":[5,"x",null]}}'],
])('a list of processes that is %s is written again', async (_what, value) => {
  const { map, port } = open();
  map.set('keyv:processes', value);
  expect(await port.leasesOn(PAGE_ID)).toEqual([]);
  await settleName(port, PAGE_ID, 'adam', ADAM);
  const other = new KeyvPort(new GuardedKeyv(new Keyv({ store: map })));
  expect([...(await other.namesOn(PAGE_ID, [])).keys()]).toEqual(['adam']);
});

test('what was written before the Keyv compressed its values affects nothing else', async () => {
  const { map, keyv: plain } = open();
  await leaveIndex(plain, {});
  await plain.set('directory:1:adam', 'a text');
  const compression = {
    compress: async (value: unknown) =>
      Promise.resolve(gzipSync(JSON.stringify(value)).toString('base64')),
    decompress: async (value: string) => {
      const bytes = await promisify(gunzip)(Buffer.from(value, 'base64'));
      return JSON.parse(String(bytes)) as unknown;
    },
  };
  const report = jest.fn();
  const keyv = new Keyv({ store: map, compression });
  const port = new KeyvPort(new GuardedKeyv(keyv, report));
  expect(await nameOn(port, PAGE_ID, 'adam')).toBeUndefined();
  await settleName(port, PAGE_ID, 'adam', ADAM);
  const other = new KeyvPort(new GuardedKeyv(keyv, report));
  expect(await nameOn(other, PAGE_ID, 'adam')).toEqual(ADAM);
  expect(report).toHaveBeenCalledTimes(2);
});

test('a Keyv with a time to live of its own keeps what personas need', async () => {
  const keyv = new Keyv({ ttl: 1000 });
  const port = new KeyvPort(new GuardedKeyv(keyv));
  await settleName(port, PAGE_ID, 'adam', ADAM);
  advanceTime(2000);
  const other = new KeyvPort(new GuardedKeyv(keyv));
  expect(await nameOn(other, PAGE_ID, 'adam')).toEqual(ADAM);
});

test('a value that is not a record is reported once, by its kind only', async () => {
  const { keyv, report, port } = open();
  const secret = { secret: 'x' };
  await leaveIndex(keyv, { leases: [secret, secret], names: [secret] });
  await port.leasesOn(PAGE_ID);
  await port.leasesOn(PAGE_ID);
  expect(report.mock.calls.map(([{ message }]) => message)).toEqual([
    'Could not read a value of the kind "process" in the store of the personas: what is stored there is no record of this plugin. It is passed over.',
  ]);
  expect(report.mock.calls[0]?.[0]).toBeInstanceOf(PersonaStoreError);
});

test('the number of reports is limited', async () => {
  const { map, report, port } = open();
  const names = Array.from({ length: 1500 }, (_, n) => `name${n}`);
  for (const name of names) map.set(`keyv:directory:1:${name}`, '{"value":5}');
  for (let time = 0; time < 2; time += 1) {
    expect(await port.namesOn(PAGE_ID, names)).toEqual(new Map());
  }
  expect(report).toHaveBeenCalledTimes(1000);
});
