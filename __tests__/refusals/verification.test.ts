import { PersonaRefusedError } from '../../src/errors';
import { Verification } from '../../src/refusals/verification';
import { answering, type Answer } from '../support/answers';
import { pass } from '../support/clock';

const ALIVE: Answer = {
  body: { id: '7', name: 'Adam', profile_picture_url: 'https://x/a.png' },
};
const UNKNOWN: Answer = {
  status: 400,
  body: { error: { code: 100, error_subcode: 33, message: 'does not exist' } },
};
const NO_LIST: Answer = { status: 400, body: { error: { code: 200 } } };
const EMPTY_LIST: Answer = { body: { data: [] } };

const refusal = () =>
  new PersonaRefusedError('unverified', '7', '1', { message: 'no' });

test('all who ask at a time ask once', async () => {
  const { page, calls } = await answering([ALIVE]);
  const verification = new Verification();
  const states = await Promise.all([
    verification.stateOf(page, '7'),
    verification.stateOf(page, '7'),
  ]);
  expect(states).toEqual(['alive', 'alive']);
  expect(calls).toHaveLength(1);
  // What is alive may be gone the next time.
  await verification.stateOf(page, '7');
  expect(calls).toHaveLength(2);
});

test('what is gone is not looked for again for ten seconds', async () => {
  const { page, calls } = await answering([
    UNKNOWN,
    EMPTY_LIST,
    UNKNOWN,
    EMPTY_LIST,
  ]);
  const verification = new Verification();
  expect(await verification.stateOf(page, '7')).toBe('gone');
  pass(9000);
  expect(await verification.stateOf(page, '7')).toBe('gone');
  expect(calls).toHaveLength(2);
  pass(1000);
  expect(await verification.stateOf(page, '7')).toBe('gone');
  expect(calls).toHaveLength(4);
});

test('one Page and one persona say nothing of another', async () => {
  const { page, calls } = await answering([UNKNOWN, EMPTY_LIST, ALIVE]);
  const verification = new Verification();
  expect(await verification.stateOf({ ...page, id: '2' }, '7')).toBe('gone');
  expect(await verification.stateOf(page, '7')).toBe('alive');
  expect(calls).toHaveLength(3);
});

test('where nothing can be found out, that is known until a wait is over', async () => {
  const { page } = await answering([UNKNOWN, NO_LIST]);
  const verification = new Verification();
  expect(await verification.stateOf(page, '7')).toBe('unsure');
  expect(verification.unverified(page, '7')).toBeUndefined();
  const first = refusal();
  expect(verification.giveUp(page, '7', first)).toBe(first);
  expect(verification.giveUp(page, '7', refusal())).toBe(first);
  expect(verification.unverified(page, '7')).toBe(first);
  expect(verification.unverified(page, '8')).toBeUndefined();
  expect(verification.unverified({ ...page, id: '2' }, '7')).toBeUndefined();
  pass(1000);
  expect(verification.unverified(page, '7')).toBeUndefined();
  // The second wait is longer; no evidence has come meanwhile.
  await verification.stateOf(page, '7');
  const second = refusal();
  verification.giveUp(page, '7', second);
  pass(1000);
  expect(verification.unverified(page, '7')).toBe(second);
});

test('evidence begins the waits anew', async () => {
  const { page } = await answering([ALIVE]);
  const verification = new Verification();
  verification.giveUp(page, '7', refusal());
  pass(1000);
  await verification.stateOf(page, '7');
  verification.giveUp(page, '7', refusal());
  pass(1000);
  expect(verification.unverified(page, '7')).toBeUndefined();
});

test('a thousand answers are kept, the oldest goes', async () => {
  const { page } = await answering([]);
  const request = jest
    .spyOn(page.client.axios, 'request')
    .mockResolvedValue({ data: EMPTY_LIST.body });
  const verification = new Verification();
  // However long the test takes.
  jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
  // Neither is a persona, and the list has none: what is asked for is gone.
  for (let id = 1; id <= 1001; id += 1) {
    await verification.stateOf(page, String(id));
  }
  const asked = request.mock.calls.length;
  await verification.stateOf(page, '2');
  await verification.stateOf(page, '1001');
  expect(request).toHaveBeenCalledTimes(asked);
  await verification.stateOf(page, '1');
  expect(request).toHaveBeenCalledTimes(asked + 2);
});
