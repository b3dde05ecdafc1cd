import { Directory } from '../../src/directory/directory';
import { checkDirectory } from '../../src/directory/entries';
import { PageList } from '../../src/directory/pageList';
import { Leases } from '../../src/ephemeral/leases';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { CreationBackoff } from '../../src/graph/creationBackoff';
import { noStats } from '../../src/stats';
import { MemoryStore } from '../../src/store/memory';
import { advanceTime } from '../support/clock';
import { startFakeGraph, type Reply } from '../support/fakeGraph';
import { profile } from '../support/personas';

const ADAM = { id: '7', name: 'Adam', profile_picture_url: 'https://a.test' };
const waits = () => false;

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
  const services = { store, leases, report, endSurplus: jest.fn() };
  const directory = new Directory(
    checkDirectory({ adam: profile('Adam') }),
    new PersonaCreator(leases, new CreationBackoff(), noStats()),
    services,
  );
  return { directory, list: new PageList(leases), page, calls };
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

test('reading stops when no one waits for the list any more', async () => {
  const endless = Array.from({ length: 50 }, (_, n) => listed([], `${n}`));
  const { list, page, calls } = await open(endless);
  const outcome = await list.read(page, 'epoch', () => calls.length === 3);
  expect(outcome.ok).toBe(false);
  expect(calls).toHaveLength(3);
});

test('reading goes on while one caller waits', async () => {
  const { list, page, calls } = await open([
    listed([], 'a'),
    listed([], 'b'),
    listed([ADAM]),
  ]);
  const [first, second] = await Promise.all([
    list.read(page, 'epoch', () => calls.length > 0),
    list.read(page, 'epoch', waits),
  ]);
  expect(first).toBe(second);
  expect(first).toMatchObject({ ok: true, value: { isComplete: true } });
  expect(calls).toHaveLength(3);
});

test('a list is reused for half a minute within its epoch; a failure is not reused', async () => {
  const { list, page, calls } = await open([
    { status: 400, body: {} },
    listed([ADAM]),
  ]);
  expect(await list.read(page, 'a', waits)).toMatchObject({ ok: false });
  expect(list.recent).toBeUndefined();
  await list.read(page, 'a', waits);
  await list.read(page, 'a', waits);
  expect(calls).toHaveLength(2);
  expect(list.recent?.personas).toHaveLength(1);
  await list.read(page, 'b', waits);
  expect(calls).toHaveLength(3);
  advanceTime(29_000);
  await list.read(page, 'b', waits);
  expect(calls).toHaveLength(3);
  expect(list.recent?.personas).toHaveLength(1);
  advanceTime(1000);
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b', waits);
  expect(calls).toHaveLength(4);
  list.forget();
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b', waits);
  expect(calls).toHaveLength(5);
});

test('without an epoch a list is not reused', async () => {
  const { list, page, calls } = await open([listed([])]);
  await list.read(page, undefined, waits);
  await list.read(page, undefined, waits);
  expect(calls).toHaveLength(2);
});
