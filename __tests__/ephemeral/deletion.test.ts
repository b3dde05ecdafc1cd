import { retryDeletion } from '../../src/ephemeral/deletion';
import type { GraphFailure } from '../../src/graph/graphFailure';
import { deletePersona } from '../../src/graph/personaCalls';
import { startFakeGraph, type Reply } from '../support/fakeGraph';

const OK: Reply = { body: { success: true } };
const failing = (code: number): Reply => ({
  status: 400,
  body: { error: { code, message: `no ${code}` } },
});

test('the first try says why the persona may not be gone', async () => {
  const { page, calls } = await startFakeGraph([failing(200), OK]);
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

  test('wait for rate limits to pass', async () => {
    const { page, calls } = await startFakeGraph([failing(613), OK]);
    expect(await retryDeletion(page, '7', limited)).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  test('end at a permanent failure', async () => {
    const { page, calls } = await startFakeGraph([failing(200)]);
    const failure = await retryDeletion(page, '7', limited);
    expect(failure).toMatchObject({ code: 200 });
    expect(calls).toHaveLength(1);
  });

  test('are not made after a permanent failure', async () => {
    const { page, calls } = await startFakeGraph([OK]);
    const lasting = { status: 400, code: 200, message: 'no' };
    expect(await retryDeletion(page, '7', lasting)).toBe(lasting);
    expect(calls).toEqual([]);
  });
});
