import { PersonaCleanupError } from 'bottender-persona';

import { retryDeletion, deleteOnce } from '../../src/ephemeral/deletion';
import type { GraphFailure } from '../../src/graph/graphFailure';
import { answering, type Answer } from '../support/answers';

const OK: Answer = { body: { success: true } };
const failing = (code: number): Answer => ({
  status: 400,
  body: { error: { code, message: `no ${code}` } },
});

test('the first try says why the persona may not be gone', async () => {
  const { page, calls } = await answering([failing(200), OK]);
  const doomed = { page, id: '7', name: 'Adam' };
  expect(await deleteOnce(doomed)).toMatchObject({ code: 200 });
  expect(await deleteOnce(doomed)).toBeUndefined();
  expect(calls).toEqual([
    expect.stringMatching(/^DELETE .*\/7\?/),
    expect.stringMatching(/^DELETE .*\/7\?/),
  ]);
});

describe('further tries', () => {
  const limited: GraphFailure = { status: 400, code: 613, message: 'too many' };

  test('sit out rate limits', async () => {
    const { page, calls } = await answering([failing(613), OK]);
    await retryDeletion({ page, id: '7', name: 'Adam' }, limited);
    expect(calls).toHaveLength(2);
  });

  test('end at a failure that lasts', async () => {
    const { page, calls } = await answering([failing(200)]);
    const doomed = { page, id: '7', name: 'Adam' };
    const error: unknown = await retryDeletion(doomed, limited).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PersonaCleanupError);
    expect(error).toMatchObject({
      persona: { id: '7', name: 'Adam' },
      pageId: '1',
      failure: { code: 200 },
    });
    expect(calls).toHaveLength(1);
  });

  test('are not made after a first failure that lasts', async () => {
    const { page, calls } = await answering([OK]);
    const doomed = { page, id: '7', name: 'Adam' };
    const lasting = { status: 400, code: 200, message: 'no' };
    await expect(retryDeletion(doomed, lasting)).rejects.toMatchObject({
      persona: { id: '7', name: 'Adam' },
      failure: lasting,
    });
    expect(calls).toEqual([]);
  });
});
