import { randomUUID } from 'node:crypto';

import { checkOptions } from '../../src/checkOptions';
import { CommandError } from '../../src/cli/commandErrors';
import { withLock } from '../../src/cli/sync/withLock';
import { createRuntime } from '../../src/runtime';
import type { StorePort, Use } from '../../src/store/port';
import { gate } from '../support/gate';
import { MapStore } from '../support/stores';

const PAGE_ID = '100000000000001';
const SINCE = Date.parse('2026-01-02T03:04:05Z');

let store: StorePort;
beforeEach(() => {
  jest.useFakeTimers({ now: SINCE });
  ({ store } = createRuntime(checkOptions({ store: new MapStore() })));
});
afterEach(() => jest.useRealTimers());

const OPTIONS = { leaseMs: 5000, claimMs: 5000 };

/** A sync's use of the Page's slot. */
function useOf(name: string): Use {
  const record = { pageId: PAGE_ID, id: null, name, profilePictureUrl: '' };
  return { key: randomUUID(), use: randomUUID(), slot: 'sync', record };
}

/** A sync that has the lock until its gate opens. */
function sync(onLost = jest.fn()) {
  const ending = gate();
  const run = jest.fn(() => ending.opened);
  const ended = withLock(store, PAGE_ID, onLost, run);
  // A test asks for it later.
  ended.catch(() => {});
  return { run, ended, end: ending.open, onLost };
}

test('a sync waits for the lock of another one until it expires, then names its holder and start time, and does nothing', async () => {
  const first = sync();
  await jest.advanceTimersByTimeAsync(60_000);
  const second = sync();
  const failed = jest.fn();
  second.ended.catch(failed);
  await jest.advanceTimersByTimeAsync(5000);
  expect(failed).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1500);
  await expect(second.ended).rejects.toThrow(CommandError);
  await expect(second.ended).rejects.toThrow(
    /^Another sync of the Page 100000000000001 is at work: process \d+ on \S+, since 2026-01-02T03:04:05\.000Z\./,
  );
  expect(second.run).not.toHaveBeenCalled();
  expect(first.onLost).not.toHaveBeenCalled();
});

test('a sync waits no longer because the clock was set back', async () => {
  sync();
  const second = sync();
  const failed = jest.fn();
  second.ended.catch(failed);
  await jest.advanceTimersByTimeAsync(1000);
  jest.setSystemTime(SINCE - 3_600_000);
  await jest.advanceTimersByTimeAsync(6000);
  expect(failed).toHaveBeenCalledWith(expect.any(CommandError));
});

test('a waiting sync continues as soon as the other one has ended', async () => {
  const first = sync();
  await jest.advanceTimersByTimeAsync(0);
  const second = sync();
  await jest.advanceTimersByTimeAsync(2000);
  expect(second.run).not.toHaveBeenCalled();
  first.end();
  await jest.advanceTimersByTimeAsync(500);
  expect(second.run).toHaveBeenCalledTimes(1);
  second.end();
  await second.ended;
});

test('the lock of a killed process expires', async () => {
  await store.acquire(useOf('process 1 on a host'), OPTIONS);
  const next = sync();
  await jest.advanceTimersByTimeAsync(4500);
  expect(next.run).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1000);
  expect(next.run).toHaveBeenCalledTimes(1);
});

test('a sync that lost its lock while it was suspended says so', async () => {
  const { end, ended, onLost } = sync();
  await jest.advanceTimersByTimeAsync(0);
  // As a process that sleeps renews nothing.
  jest.setSystemTime(SINCE + 6000);
  await store.acquire(useOf('process 2 on a host'), OPTIONS);
  await jest.advanceTimersByTimeAsync(1500);
  expect(onLost).toHaveBeenCalled();
  // What is the other's stays the other's.
  end();
  await ended;
  expect(await store.acquire(useOf('third'), OPTIONS)).toEqual({
    as: 'waiting',
    name: 'process 2 on a host',
  });
});
