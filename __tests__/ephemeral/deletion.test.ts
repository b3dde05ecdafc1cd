import { retryDeletion } from '../../src/ephemeral/deletion';
import type { GraphFailure } from '../../src/graph/graphFailure';
import { deletePersona } from '../../src/graph/personaCalls';
import { answering, type Answer } from '../support/answers';

const OK: Answer = { body: { success: true } };
const failing = (code: number): Answer => ({
  status: 400,
  body: { error: { code, message: `no ${code}` } },
});

test('the first try says why the persona may not be gone', async () => {
  const { page, calls } = await answering([failing(200), OK]);
  expect(await deletePersona(page, '7')).toMatchObject({
    ok: false,
    failure: { code: 200 },
  });
  expect(await deletePersona(page, '7')).toMatchObject({ ok: true });
  expect(calls).toEqual([
    expect.stringMatching(/^DELETE .*\/7\?/),
    expect.stringMatching(/^DELETE .*\/7\?/),
  ]);
});

describe('further tries', () => {
  const limited: GraphFailure = { status: 400, code: 613, message: 'too many' };

  test('sit out rate limits', async () => {
    const { page, calls } = await answering([failing(613), OK]);
    expect(await retryDeletion(page, '7', limited)).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  test('end at a failure that lasts', async () => {
    const { page, calls } = await answering([failing(200)]);
    const failure = await retryDeletion(page, '7', limited);
    expect(failure).toMatchObject({ code: 200 });
    expect(calls).toHaveLength(1);
  });

  test('are not made after a first failure that lasts', async () => {
    const { page, calls } = await answering([OK]);
    const lasting = { status: 400, code: 200, message: 'no' };
    expect(await retryDeletion(page, '7', lasting)).toBe(lasting);
    expect(calls).toEqual([]);
  });
});
