import { Directory } from '../../src/directory/directory';
import { checkDirectory } from '../../src/directory/entries';
import { PageList } from '../../src/directory/pageList';
import { PersonaCreator } from '../../src/ephemeral/personaCreator';
import { Leases } from '../../src/ephemeral/leases';
import { MemoryStore } from '../../src/store/memory';
import { noStats } from '../../src/stats';
import { answering, type Answer } from '../support/answers';
import { pass, takeTimers } from '../support/clock';
import { profile } from '../support/faces';
import { gate } from '../support/gate';

const ADAM = { id: '7', name: 'Adam', profile_picture_url: 'https://a.test' };

/** A page of the list, and where the next one begins. */
function listed(data: unknown[], after?: string): Answer {
  const paging = after && { next: 'https://next.test', cursors: { after } };
  return { body: { data, paging } };
}

async function open(answers: Answer[]) {
  const { page, calls } = await answering(answers);
  const report = jest.fn();
  const store = new MemoryStore();
  const leases = new Leases(store, 60_000, report);
  const services = { leases, endSurplus: jest.fn() };
  const directory = new Directory(
    checkDirectory({ adam: profile('Adam') }),
    new PersonaCreator(leases, noStats()),
    services,
  );
  return {
    directory,
    list: new PageList(leases, new Set(['Adam'])),
    page,
    calls,
  };
}

test('one bad entry costs only itself: who stands beside it is found', async () => {
  const { directory, page, calls } = await open([listed([null, 7, ADAM])]);
  expect(await directory.idOf(page, 'adam')).toBe('7');
  expect(calls).toHaveLength(1);
});

test('on a list with an entry that cannot be read nobody is missed for certain, so nothing is made', async () => {
  const { directory, page, calls } = await open([listed([null])]);
  await expect(directory.idOf(page, 'adam')).rejects.toMatchObject({
    reason: 'not-made',
    message: expect.stringContaining('unreadable entries') as string,
  });
  expect(calls).toEqual([expect.stringMatching(/^GET /)]);
});

test('a list that goes round is given up, and nothing is made', async () => {
  const round = [listed([], 'a'), listed([], 'b'), listed([], 'a')];
  const { directory, page, calls } = await open(round);
  await expect(directory.idOf(page, 'adam')).rejects.toMatchObject({
    reason: 'not-made',
  });
  expect(calls).toHaveLength(3);
  expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

test('those who want it at a time read it once, without the personas of others', async () => {
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

test('a list that takes longer than a message waits serves the next one', async () => {
  takeTimers();
  const last = gate();
  const { directory, page, calls } = await open([
    listed([], 'a'),
    { ...listed([ADAM]), when: last.opened },
  ]);
  const first = expect(directory.idOf(page, 'adam')).rejects.toThrow();
  while (calls.length < 2) await new Promise(setImmediate);
  pass(5000);
  await first;
  last.open();
  pass(1000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await directory.idOf(page, 'adam')).toBe('7');
  expect(calls).toHaveLength(2);
});

test('it is good for half a minute in its epoch, a failure for nobody else', async () => {
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
  pass(29_000);
  await list.read(page, 'b');
  expect(calls).toHaveLength(3);
  expect(list.recent?.personas).toHaveLength(1);
  pass(1000);
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b');
  expect(calls).toHaveLength(4);
  list.forget();
  expect(list.recent).toBeUndefined();
  await list.read(page, 'b');
  expect(calls).toHaveLength(5);
});

test('without an epoch it is good for nobody else', async () => {
  const { list, page, calls } = await open([listed([])]);
  await list.read(page, undefined);
  await list.read(page, undefined);
  expect(calls).toHaveLength(2);
});
