import { Directory } from '../../src/directory/directory';
import { checkDirectory } from '../../src/directory/entries';
import { PageList } from '../../src/directory/pageList';
import { Leases } from '../../src/ephemeral/leases';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { EphemeralPool } from '../../src/ephemeral/pool';
import { MemoryStore } from '../../src/store/memory';
import { noStats } from '../../src/stats';
import { advanceTime, fakeTimers } from '../support/clock';
import { type Reply, startFakeGraph } from '../support/fakeGraph';
import { gate } from '../support/gate';
import { profile } from '../support/personas';

const ADAM = { id: '7', name: 'Adam', profile_picture_url: 'https://a.test' };

/** A page of the list, and where the next one begins. */
function listed(data: unknown[], after?: string): Reply {
  const paging = after && { next: 'https://next.test', cursors: { after } };
  return { body: { data, paging } };
}

async function open(answers: Reply[]) {
  const { page, calls } = await startFakeGraph(answers);
  const report = jest.fn();
  const store = new MemoryStore();
  const leases = new Leases(store, 60_000, report);
  const creator = new PersonaCreator(leases, noStats());
  const directory = new Directory(
    checkDirectory({ adam: profile('Adam') }),
    leases,
    creator,
    new EphemeralPool(leases, creator, 0, noStats()),
  );
  return {
    directory,
    list: new PageList(leases, new Set(['Adam'])),
    page,
    calls,
  };
}

test('an invalid entry is skipped, and the others are found', async () => {
  const { directory, page, calls } = await open([listed([null, 7, ADAM])]);
  expect(await directory.idOf(page, 'adam')).toBe('7');
  expect(calls).toHaveLength(1);
});

test('if an entry cannot be read, no name is certainly missing, so nothing is created', async () => {
  const { directory, page, calls } = await open([listed([null])]);
  await expect(directory.idOf(page, 'adam')).rejects.toMatchObject({
    reason: 'not-created',
    message: expect.stringContaining('unreadable entries') as string,
  });
  expect(calls).toEqual([expect.stringMatching(/^GET /)]);
});

test('a list that repeats itself is given up, and nothing is created', async () => {
  const round = [listed([], 'a'), listed([], 'b'), listed([], 'a')];
  const { directory, page, calls } = await open(round);
  await expect(directory.idOf(page, 'adam')).rejects.toMatchObject({
    reason: 'not-created',
  });
  expect(calls).toHaveLength(3);
  expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

test('simultaneous callers read the list once, without the personas of others', async () => {
  const { list, page, calls } = await open([
    listed([], 'a'),
    listed([{ ...ADAM, id: '8', name: 'Bea' }], 'b'),
    listed([ADAM]),
  ]);
  const [first, second] = await Promise.all([
    list.read(page, 'epoch'),
    list.read(page, 'epoch'),
  ]);
  expect(first).toBe(second);
  expect(first).toMatchObject({
    ok: true,
    value: { isComplete: true, personas: [{ id: '7', name: 'Adam' }] },
  });
  expect(calls).toHaveLength(3);
});

test('a list that takes longer than a message waits is used by the next message', async () => {
  fakeTimers();
  const last = gate();
  const { directory, page, calls } = await open([
    listed([], 'a'),
    { ...listed([ADAM]), when: last.opened },
  ]);
  const first = expect(directory.idOf(page, 'adam')).rejects.toThrow();
  while (calls.length < 2) await new Promise(setImmediate);
  advanceTime(5000);
  await first;
  last.open();
  advanceTime(1000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await directory.idOf(page, 'adam')).toBe('7');
  expect(calls).toHaveLength(2);
});

test('a list is reused for half a minute within its epoch; a failure is not reused', async () => {
  const { list, page, calls } = await open([
    { status: 400, body: {} },
    listed([ADAM]),
  ]);
  expect(await list.read(page, 'a')).toMatchObject({ ok: false });
  expect(list.recent).toBeUndefined();
  await list.read(page, 'a');
  await list.read(page, 'a');
  expect(calls).toHaveLength(2);
  expect(list.recent?.personas).toHaveLength(1);
  await list.read(page, 'b');
  expect(calls).toHaveLength(3);
  advanceTime(29_000);
  await list.read(page, 'b');
  expect(calls).toHaveLength(3);
  expect(list.recent?.personas).toHaveLength(1);
  advanceTime(1000);
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b');
  expect(calls).toHaveLength(4);
  list.forget();
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b');
  expect(calls).toHaveLength(5);
});

test('without an epoch a list is not reused', async () => {
  const { list, page, calls } = await open([listed([])]);
  await list.read(page, undefined);
  await list.read(page, undefined);
  expect(calls).toHaveLength(2);
});
