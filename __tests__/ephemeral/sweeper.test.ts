import { MessengerClient } from 'bottender';
import { PersonaSuspectedError, UnknownPageError } from 'bottender-persona';

import { Leases } from '../../src/ephemeral/leases';
import { Sweep } from '../../src/ephemeral/sweep';
import { Sweeper } from '../../src/ephemeral/sweeper';
import { pageIdOf } from '../../src/graph/page';
import { noStats } from '../../src/stats';
import { MemoryStore } from '../../src/store/memory';
import type { LeaseEntry } from '../../src/store/port';
import { advanceTime } from '../support/clock';
import { startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { profile } from '../support/personas';

const INTERVAL_MS = 20;
const NOTHING = { deleted: [], suspects: [] };

let sweepers: Sweeper[] = [];
afterEach(() => {
  for (const sweeper of sweepers) sweeper.close();
  sweepers = [];
  jest.useRealTimers();
});

/** What has run out on these Pages, as long as a test says so. */
class RanOut extends MemoryStore {
  readonly entries: LeaseEntry[] = [];
  /** The Pages of each reading. */
  readonly reads: string[][] = [];
  override expired(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    this.reads.push([...pageIds]);
    return Promise.resolve(
      this.entries.filter(([, { pageId }]) => pageIds.includes(pageId)),
    );
  }
}

function entry(key: string, id: string | null, pageId = '1'): LeaseEntry {
  return [key, { pageId, id, ...profile('Adam'), expiresAt: 1 }];
}

/** A sweeper, and what its sweeps were given; each ends as a test says. */
async function open(intervalMs = INTERVAL_MS) {
  const store = new RanOut();
  const report = jest.fn();
  const leases = new Leases(store, intervalMs, report);
  const named = () => Promise.resolve(new Set<string>());
  const sweep = new Sweep(leases, report, named, noStats());
  const of = jest
    .spyOn(sweep, 'sweepExpired')
    .mockResolvedValue({ swept: NOTHING, end: 'done' });
  const sweeper = new Sweeper(leases, sweep);
  sweepers.push(sweeper);
  const client = await clientOf('1', 'TOKEN_1');
  jest.useFakeTimers();
  return { store, report, of, sweeper, client };
}

/** A client whose Page is known already, so that a sweep has nothing to ask. */
async function clientOf(pageId: string, token: string) {
  jest.useRealTimers();
  const { client } = await startFakeGraph([{ body: { id: pageId } }], {
    accessToken: token,
  });
  expect(await pageIdOf(client)).toBe(pageId);
  jest.useFakeTimers();
  return client;
}

/** Waits for this number of the sweeper's intervals, and for their sweeps. */
const intervals = (count: number) =>
  jest.advanceTimersByTimeAsync(count * INTERVAL_MS);

test('the first event on a Page sweeps it, later ones wait for the timer', async () => {
  const { store, sweeper, client, of } = await open(60_000);
  store.entries.push(entry('a', '7'));
  sweeper.notice('1', client);
  sweeper.notice('1', client);
  sweeper.notice('2', client);
  await intervals(3);
  expect(store.reads).toEqual([['1'], ['2']]);
  expect(of.mock.calls).toEqual([
    [{ id: '1', client }, [entry('a', '7')], new Set()],
  ]);
});

test('the timer sweeps every Page with one read of the store, with the newest client', async () => {
  const { store, sweeper, client, of } = await open();
  const newest = await clientOf('1', 'NEW_1');
  sweeper.notice('1', client);
  sweeper.notice('2', client);
  sweeper.notice('1', newest);
  store.entries.push(entry('a', '7'));
  await intervals(4);
  expect(store.reads).toContainEqual(['2', '1']);
  expect(of.mock.calls[0]?.[0].client).toBe(newest);
});

test('only an event on another Page, or with another client, is news', async () => {
  const { sweeper, client } = await open();
  const other = await clientOf('1', 'NEW_1');
  const isNewest = (pageId: string, by = client) =>
    sweeper.isNewest({ client: by, event: { pageId } });
  expect(isNewest('1')).toBe(false);
  sweeper.notice('1', client);
  expect([isNewest('1'), isNewest('2')]).toEqual([true, false]);
  expect(isNewest('1', other)).toBe(false);
  sweeper.close();
  expect(isNewest('1')).toBe(false);
});

test('no Graph call is made if no lease has expired', async () => {
  const { client, calls } = await startFakeGraph([{ body: { id: '1' } }], {
    accessToken: 'IDLE',
  });
  const { sweeper, of } = await open();
  sweeper.notice('1', client);
  await intervals(3);
  expect(calls).toEqual([]);
  expect(of).not.toHaveBeenCalled();
});

test('close() ends the timer, and the next event starts it again', async () => {
  const { store, sweeper, client } = await open();
  sweeper.notice('1', client);
  sweeper.close();
  const { length } = store.reads;
  await intervals(4);
  expect(store.reads).toHaveLength(length);
  sweeper.notice('1', client);
  await intervals(4);
  expect(store.reads.length).toBeGreaterThan(length + 1);
});

test('a slow Page is swept once at a time, and delays no other', async () => {
  const { store, sweeper, client, of } = await open();
  const other = await clientOf('2', 'TOKEN_2');
  const over = gate();
  of.mockImplementation(async ({ id }) => {
    if (id === '1') await over.opened;
    return { swept: NOTHING, end: 'done' };
  });
  store.entries.push(entry('a', '7'), entry('b', '8', '2'));
  sweeper.notice('1', client);
  sweeper.notice('2', other);
  await intervals(6);
  const swept = (id: string) =>
    of.mock.calls.filter(([page]) => page.id === id).length;
  expect(swept('1')).toBe(1);
  expect(swept('2')).toBeGreaterThan(1);
  expect(store.reads.slice(-2)).toEqual([['2'], ['2']]);
  over.open();
  await intervals(4);
  expect(swept('1')).toBeGreaterThan(1);
});

test('a Page at its rate limit is swept later, after a longer wait each time', async () => {
  const { store, sweeper, client, of } = await open();
  of.mockResolvedValue({ swept: NOTHING, end: 'limited' });
  store.entries.push(entry('a', '7'), entry('b', null));
  sweeper.notice('1', client);
  await intervals(5);
  expect(of).toHaveBeenCalledTimes(1);
  expect(store.reads).toHaveLength(1);
  advanceTime(1000);
  await intervals(5);
  expect(of).toHaveBeenCalledTimes(2);
  advanceTime(1000);
  await intervals(5);
  expect(of).toHaveBeenCalledTimes(2);
  of.mockResolvedValue({ swept: NOTHING, end: 'done' });
  advanceTime(1000);
  await intervals(5);
  expect(of.mock.calls.length).toBeGreaterThan(2);
});

test('a success resets the waits', async () => {
  const { store, sweeper, client, of } = await open();
  store.entries.push(entry('a', '7'));
  of.mockResolvedValueOnce({ swept: NOTHING, end: 'limited' })
    .mockResolvedValueOnce({ swept: NOTHING, end: 'done' })
    .mockResolvedValueOnce({ swept: NOTHING, end: 'limited' });
  sweeper.notice('1', client);
  await intervals(2);
  advanceTime(1000);
  await intervals(6);
  expect(of).toHaveBeenCalledTimes(3);
  advanceTime(1000);
  await intervals(4);
  expect(of.mock.calls.length).toBeGreaterThan(3);
});

test('an intent is checked until it was reported, a persona as long as it exists', async () => {
  const { store, sweeper, client, of, report } = await open();
  const suspect = { id: '7', ...profile('Adam') };
  const suspects = { swept: { deleted: [], suspects: [suspect] } };
  of.mockResolvedValueOnce({ ...suspects, end: 'late' });
  of.mockImplementation((_page, _entries, known) => {
    known?.add('a');
    return Promise.resolve({ ...suspects, end: 'done' });
  });
  const intent = entry('a', null);
  store.entries.push(intent);
  sweeper.notice('1', client);
  await intervals(6);
  // Once more after the sweep that came to no end.
  expect(of).toHaveBeenCalledTimes(2);
  expect(report.mock.calls).toEqual([
    [expect.any(PersonaSuspectedError), suspect],
    [expect.any(PersonaSuspectedError), suspect],
  ]);
  store.entries.push(entry('b', '8'));
  await intervals(4);
  expect(of.mock.calls.length).toBeGreaterThan(2);
  expect(of.mock.calls[2]?.[1]).toEqual([intent, entry('b', '8')]);
});

test('a client of another Page sweeps nothing', async () => {
  const { store, sweeper, of, report } = await open();
  const client = await clientOf('2', 'OTHER');
  store.entries.push(entry('a', '7'));
  sweeper.notice('1', client);
  await intervals(4);
  expect(of).not.toHaveBeenCalled();
  expect(report).not.toHaveBeenCalled();
});

test('a failure is reported, and the next sweep follows', async () => {
  const { store, sweeper, client, of, report } = await open();
  const failure = new Error('no list');
  of.mockRejectedValueOnce(failure);
  store.entries.push(entry('a', '7'));
  sweeper.notice('1', client);
  await intervals(4);
  expect(report.mock.calls).toEqual([[failure, null]]);
  expect(of.mock.calls.length).toBeGreaterThan(1);

  const away = new Error('away');
  const expired = jest.spyOn(store, 'expired').mockRejectedValueOnce(away);
  await intervals(4);
  expect(report.mock.calls[1]).toEqual([away, null]);
  expired.mockRestore();
});

test('a Page that Messenger does not name is reported', async () => {
  const { client } = await startFakeGraph(
    [{ status: 400, body: { error: { code: 190 } } }],
    { accessToken: 'UNNAMED' },
  );
  const { store, sweeper, report } = await open(60_000);
  jest.useRealTimers();
  store.entries.push(entry('a', '7'));
  sweeper.notice('1', client);
  await new Promise((resolve) => report.mockImplementation(resolve));
  expect(report.mock.calls).toEqual([[expect.any(UnknownPageError), null]]);
});

test('the timer sweeps at most ten thousand Pages, those with the latest events', async () => {
  const { store, sweeper } = await open();
  const client = new MessengerClient({ accessToken: 'TOKEN' });
  for (let id = 1; id <= 10_000; id += 1) sweeper.notice(String(id), client);
  sweeper.notice('1', client);
  sweeper.notice('10001', client);
  while (store.reads.length < 10_001) await Promise.resolve();
  const { length } = store.reads;
  expect(length).toBe(10_001);
  await intervals(1.5);
  const pages = store.reads.slice(length).flat();
  expect(pages).toHaveLength(10_000);
  expect(pages).toContain('1');
  expect(pages).not.toContain('2');
});

test('an event after close() sweeps its Page like the first one', async () => {
  const { store, sweeper } = await open();
  const client = new MessengerClient({ accessToken: 'TOKEN' });
  sweeper.notice('1', client);
  sweeper.notice('1', client);
  expect(store.reads).toEqual([['1']]);
  sweeper.close();
  sweeper.notice('1', client);
  expect(store.reads).toEqual([['1'], ['1']]);
});
