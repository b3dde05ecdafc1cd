import { PersonaRefusedError } from '../../src/errors';
import { STATE_TIMEOUT_MS, personaState } from '../../src/graph/personaCalls';
import { PersonaStates } from '../../src/refusals/personaStates';
import { advanceTime, fakeTimers } from '../support/clock';
import { DRIP, HANG, type Reply, startFakeGraph } from '../support/fakeGraph';
import { barrier } from '../support/gate';

const ALIVE: Reply = {
  body: { id: '7', name: 'Adam', profile_picture_url: 'https://x/a.png' },
};
const UNKNOWN: Reply = {
  status: 400,
  body: { error: { code: 100, error_subcode: 33, message: 'does not exist' } },
};
const NO_LIST: Reply = { status: 400, body: { error: { code: 200 } } };
const EMPTY_LIST: Reply = { body: { data: [] } };

const refusal = () =>
  new PersonaRefusedError('unverified', '7', '1', { message: 'no' });

test('simultaneous questions make one call', async () => {
  const { page, calls } = await startFakeGraph([ALIVE]);
  const states = new PersonaStates();
  const answers = await Promise.all([
    states.of(page, '7'),
    states.of(page, '7'),
  ]);
  expect(answers).toEqual(['alive', 'alive']);
  expect(calls).toHaveLength(1);
  // What is alive may be gone the next time.
  await states.of(page, '7');
  expect(calls).toHaveLength(2);
});

test('a persona that is gone is not looked up again for ten seconds', async () => {
  const { page, calls } = await startFakeGraph([
    UNKNOWN,
    EMPTY_LIST,
    UNKNOWN,
    EMPTY_LIST,
  ]);
  const states = new PersonaStates();
  expect(await states.of(page, '7')).toBe('gone');
  advanceTime(9000);
  expect(await states.of(page, '7')).toBe('gone');
  expect(calls).toHaveLength(2);
  advanceTime(1000);
  expect(await states.of(page, '7')).toBe('gone');
  expect(calls).toHaveLength(4);
});

test('each Page and each persona is looked up separately', async () => {
  const { page, calls } = await startFakeGraph([UNKNOWN, EMPTY_LIST, ALIVE]);
  const states = new PersonaStates();
  expect(await states.of({ ...page, id: '2' }, '7')).toBe('gone');
  expect(await states.of(page, '7')).toBe('alive');
  expect(calls).toHaveLength(3);
});

test('if nothing can be found out, the next question waits', async () => {
  const { page } = await startFakeGraph([UNKNOWN, NO_LIST]);
  const states = new PersonaStates();
  expect(await states.of(page, '7')).toBe('unsure');
  expect(states.unverified(page, '7')).toBeUndefined();
  const first = refusal();
  expect(states.giveUp(page, '7', first)).toBe(first);
  expect(states.giveUp(page, '7', refusal())).toBe(first);
  expect(states.unverified(page, '7')).toBe(first);
  expect(states.unverified(page, '8')).toBeUndefined();
  expect(states.unverified({ ...page, id: '2' }, '7')).toBeUndefined();
  advanceTime(1000);
  expect(states.unverified(page, '7')).toBeUndefined();
  // The second wait is longer, because there was no evidence.
  await states.of(page, '7');
  const second = refusal();
  states.giveUp(page, '7', second);
  advanceTime(1000);
  expect(states.unverified(page, '7')).toBe(second);
});

test('evidence resets the waits', async () => {
  const { page } = await startFakeGraph([ALIVE]);
  const states = new PersonaStates();
  states.giveUp(page, '7', refusal());
  advanceTime(1000);
  await states.of(page, '7');
  states.giveUp(page, '7', refusal());
  advanceTime(1000);
  expect(states.unverified(page, '7')).toBeUndefined();
});

test('a thousand answers are kept, the latest ones', async () => {
  const { page } = await startFakeGraph([]);
  const request = jest
    .spyOn(page.client.axios, 'request')
    .mockResolvedValue({ data: EMPTY_LIST.body });
  const states = new PersonaStates();
  // However long the test takes.
  jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
  // Neither is a persona, and the list has none: what is asked for is gone.
  for (let id = 1; id <= 1001; id += 1) {
    await states.of(page, String(id));
  }
  const asked = request.mock.calls.length;
  await states.of(page, '2');
  await states.of(page, '1001');
  expect(request).toHaveBeenCalledTimes(asked);
  await states.of(page, '1');
  expect(request).toHaveBeenCalledTimes(asked + 2);
});

const MISSING: Reply = {
  status: 400,
  body: {
    error: {
      code: 100,
      error_subcode: 33,
      message:
        "Unsupported get request. Object with ID '12' does not exist, cannot be loaded due to missing permissions",
    },
  },
};
const listOf = (...ids: unknown[]): Reply => ({
  body: { data: ids.map((id) => ({ id })) },
});

test('a persona that Messenger returns is alive, and the list is not read', async () => {
  const { page, calls } = await startFakeGraph([{ body: { id: '12' } }]);
  expect(await personaState(page, '12')).toBe('alive');
  expect(calls).toEqual([expect.stringMatching(/^GET \/v[\d.]+\/12\?/)]);
});

const ANYTHING: [string, Reply][] = [
  ['that it does not exist', MISSING],
  ['another ID', { body: { id: '1' } }],
  ['HTML', { body: '<html></html>' }],
  ['null', { body: null }],
  ['nothing', { body: {} }],
  ['no permission', { status: 403, body: { error: { code: 10 } } }],
  ['an error', { status: 500, body: {} }],
];

describe.each(ANYTHING)('if Messenger answers %s', (_what, answer) => {
  test.each<['alive' | 'gone' | 'unsure', string, Reply]>([
    ['alive', 'has it', listOf('1', '12')],
    ['alive', 'has it, though it is not complete', listOf(null, '12')],
    ['gone', 'has only others', listOf('1', '2')],
    ['gone', 'is empty', listOf()],
    ['unsure', 'is not complete', listOf('1', null)],
    ['unsure', 'is refused', { status: 400, body: { error: { code: 190 } } }],
    ['unsure', 'is HTML', { body: '<html></html>' }],
    ['unsure', 'is null', { body: null }],
  ])('the persona is %s if the list %s', async (state, _how, list) => {
    const { page } = await startFakeGraph([answer, list]);
    expect(await personaState(page, '12')).toBe(state);
  });
});

test('a list that fails halfway is not evidence', async () => {
  const cursors = { after: 'a' };
  const first = { data: [], paging: { next: 'http://next', cursors } };
  const broken = { status: 500, body: {} };
  const { page } = await startFakeGraph([MISSING, { body: first }, broken]);
  expect(await personaState(page, '12')).toBe('unsure');
});

test('every check ends in time', async () => {
  fakeTimers();
  const [gets, lists] = [barrier(4), barrier(4)];
  const come = (count: number) => void [gets, lists][count - 1]?.();
  const silent = await startFakeGraph(({ count }) => {
    come(count);
    return HANG;
  });
  const dripping = await startFakeGraph(({ count }) => {
    come(count);
    return DRIP;
  });
  const endless = await startFakeGraph(({ path, count }) => {
    come(count);
    if (path !== '/me/personas') return HANG;
    const cursors = { after: `${count}` };
    const paging = { next: 'http://next', cursors };
    const when = new Promise((resolve) => setTimeout(resolve, 20));
    return { body: { data: [], paging }, when };
  });
  const started = Date.now();
  const asking = Promise.all(
    [silent, dripping, endless].map(({ page }) => personaState(page, '12')),
  );
  await gets();
  advanceTime(STATE_TIMEOUT_MS / 2);
  await lists();
  advanceTime(STATE_TIMEOUT_MS / 2);
  expect(await asking).toEqual(['unsure', 'unsure', 'unsure']);
  expect(Date.now() - started).toBeLessThan(STATE_TIMEOUT_MS + 4000);
});

test('a call that hangs leaves time for the list', async () => {
  fakeTimers();
  const come = barrier(2);
  const { page } = await startFakeGraph(({ path }) => {
    if (path === '/me/personas') return { body: { data: [{ id: '12' }] } };
    void come();
    return HANG;
  });
  const asking = personaState(page, '12');
  await come();
  advanceTime(STATE_TIMEOUT_MS / 2);
  expect(await asking).toBe('alive');
});
