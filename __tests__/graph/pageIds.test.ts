import { inspect } from 'node:util';

import type { MessengerClient } from 'bottender';

import { PageIds } from '../../src/graph/pageIds';
import { advanceTime } from '../support/clock';

const clientOf = (accessToken: string) =>
  Object.create({ accessToken }) as MessengerClient;

test('the tokens used last are remembered as digests', async () => {
  const ids = new PageIds();
  const asked: string[] = [];
  const idOf = (token: string) =>
    ids.of(clientOf(token), () => {
      asked.push(token);
      return Promise.resolve(`ID of ${token.length}`);
    });

  for (let token = 0; token < 1000; token += 1) await idOf(`EAAG-${token}`);
  await idOf('EAAG-0');
  expect(asked).toHaveLength(1000);
  await idOf('EAAG-1000');
  asked.length = 0;

  for (const token of [0, 2, 999, 1000]) await idOf(`EAAG-${token}`);
  expect(asked).toEqual([]);
  await idOf('EAAG-1');
  expect(asked).toEqual(['EAAG-1']);
  const kept = inspect(ids, { depth: 5, maxArrayLength: null });
  expect(kept).toContain('ID of');
  expect(kept).not.toContain('EAAG');
});

test('a failure is reported to those who wait for it, and does not remove a later answer', async () => {
  const ids = new PageIds();
  const client = clientOf('T');
  const fail = () => Promise.reject(new Error('busy'));
  const both = [1, 2].map(async () => ids.of(client, fail));
  expect(await Promise.allSettled(both)).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(() => ids.of(client, fail)).toThrow('busy');
  advanceTime(1000);
  expect(await ids.of(client, () => Promise.resolve('1'))).toBe('1');
  expect(await ids.of(client, fail)).toBe('1');
});

test('a Page that was looked up once is known', async () => {
  const ids = new PageIds();
  const client = clientOf('T');
  expect(ids.known(client)).toBeUndefined();
  const asked = ids.of(client, () => Promise.resolve('1'));
  expect(ids.known(client)).toBeUndefined();
  await asked;
  expect(ids.known(client)).toBe('1');
  expect(ids.of(client, () => Promise.resolve('2'))).toBe('1');
});
