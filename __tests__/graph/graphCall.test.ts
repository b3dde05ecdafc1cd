import { createHmac } from 'node:crypto';

import { cancelToken } from '../../src/graph/cancelToken';
import type { Outcome } from '../../src/graph/graphCall';
import {
  GRAPH_TIMEOUT_MS,
  graphCall,
  type GraphRequest,
} from '../../src/graph/graphCall';
import { isTransient, isAmbiguous } from '../../src/graph/graphFailure';
import { getPage } from '../../src/graph/page';
import {
  createPersona,
  deletePersona,
  getPersona,
  listAll,
} from '../../src/graph/personaCalls';
import { advanceTime, fakeTimers } from '../support/clock';
import { DRIP, HANG, startFakeGraph } from '../support/fakeGraph';
import { barrier, gate } from '../support/gate';
import { profile } from '../support/personas';

const ME: GraphRequest = { method: 'GET', path: '/me' };
const asIs = (value: unknown) => ({ ok: true as const, value });

function failureOf(outcome: Outcome<unknown>) {
  if (outcome.ok) throw new Error('It did not fail');
  return outcome.failure;
}

describe('a call without an answer within its time', () => {
  test.each([
    ['nothing comes', HANG],
    ['a body never ends', DRIP],
  ])('fails if %s, and its connection is closed', async (_what, reply) => {
    const { opened, open } = gate();
    const { client } = await startFakeGraph(({ closed }) => {
      void closed.then(open);
      return reply;
    });
    const failure = failureOf(
      await graphCall(client, { ...ME, timeoutMs: 100 }, asIs),
    );
    expect(failure).toEqual({ message: 'there was no answer in 0.1 s' });
    expect(isTransient(failure)).toBe(true);
    expect(isAmbiguous(failure)).toBe(true);
    await opened;
  });

  test('fails, whichever call of the plugin it is', async () => {
    fakeTimers();
    const come = barrier(6);
    const { client, page, calls } = await startFakeGraph(() => {
      void come();
      return DRIP;
    });
    const started = Date.now();
    const asking: Promise<Outcome<unknown>[]> = Promise.all([
      getPage(client),
      listAll(page),
      getPersona(page, '1'),
      createPersona(page, profile('Adam')),
      deletePersona(page, '1'),
    ]);
    await come();
    advanceTime(GRAPH_TIMEOUT_MS);
    const outcomes = await asking;
    expect(Date.now() - started).toBeLessThan(GRAPH_TIMEOUT_MS + 9000);
    expect(outcomes.map(failureOf)).toEqual(
      Array(5).fill({ message: 'there was no answer in 10 s' }),
    );
    expect(calls).toHaveLength(5);
  });
});

test('an answer that is too long is a failure', async () => {
  const { client } = await startFakeGraph([
    { body: 'x'.repeat(11 * 1024 * 1024) },
  ]);
  expect(failureOf(await graphCall(client, ME, asIs)).message).toContain(
    'maxContentLength',
  );
});

test('an answer with an error is a failure, whatever its status', async () => {
  const { client } = await startFakeGraph([
    { body: { error: { code: 190, message: 'Bad token' } } },
  ]);
  expect(failureOf(await graphCall(client, ME, asIs))).toEqual({
    status: 200,
    code: 190,
    message: 'Bad token',
  });
});

test.each([[{ error: null }], [{ error: 'none' }], [null], ['x'], [[]]])(
  'an answer without an error is a success: %j',
  async (body) => {
    const { client } = await startFakeGraph([{ body }]);
    expect(await graphCall(client, ME, asIs)).toEqual({
      ok: true,
      value: body,
    });
  },
);

test('the query contains the token and the proof of that token', async () => {
  const { client, calls } = await startFakeGraph([], {
    accessToken: 'FIRST',
    appSecret: 'SECRET',
  });
  const accessToken = 'a&b';
  const other = Object.create(client, {
    accessToken: { value: accessToken },
  }) as typeof client;
  await graphCall(other, { ...ME, query: { after: 'c d' } }, asIs);
  const query = new URL(calls[0]?.split(' ')[1] ?? '', 'http://host')
    .searchParams;
  expect(Object.fromEntries(query)).toEqual({
    access_token: accessToken,
    after: 'c d',
    appsecret_proof: createHmac('sha256', 'SECRET')
      .update(accessToken)
      .digest('hex'),
  });
});

describe('a cancel token works with', () => {
  test('axios 0.21, which awaits a promise', async () => {
    const cancelled = new AbortController();
    const token = cancelToken(cancelled.signal);
    token.throwIfRequested();
    cancelled.abort();
    expect(await token.promise).toBe(cancelled.signal.reason);
    expect(() => token.throwIfRequested()).toThrow('aborted');
  });

  test('later versions of axios, which subscribe', () => {
    const cancelled = new AbortController();
    const token = cancelToken(cancelled.signal);
    const [stays, goes] = [jest.fn(), jest.fn()];
    token.subscribe(stays);
    token.subscribe(goes);
    token.unsubscribe(goes);
    cancelled.abort();
    expect(stays).toHaveBeenCalledTimes(1);
    expect(goes).not.toHaveBeenCalled();
  });

  test('libraries that take an AbortSignal', () => {
    const { signal } = new AbortController();
    expect(cancelToken(signal).toAbortSignal()).toBe(signal);
  });
});
