import type { MessengerClient } from 'bottender';

import { getProperty } from '../util/getProperty';
import { isObject } from '../util/isObject';
import { withTimeout } from '../util/withTimeout';

import { call, type Outcome } from './call';
import { Cancellation } from './cancellation';

/**
 * A Graph call of ours has its answer within this many milliseconds, or none.
 * Messages wait less: what is answered late serves the next, or is deleted.
 */
export const GRAPH_CALL_MS = 10_000;

/** An answer has no more bytes than these; a full page of a list has some 50,000. */
const MOST_BYTES = 10 * 1024 * 1024;

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without the version, and without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/**
 * One Graph call as the client's Page. Its answer may be anything: see
 * `answers.ts`. A call that has no answer in time is given up, and fails.
 */
export async function graphCall(
  client: MessengerClient,
  request: GraphRequest,
  withinMs: number = GRAPH_CALL_MS,
): Promise<Outcome<unknown>> {
  const cancellation = new Cancellation();
  const answer = call(client, async () => {
    const response = await client.axios.request<unknown>({
      method: request.method,
      url: urlOf(client, request),
      data: request.body,
      timeout: withinMs,
      maxContentLength: MOST_BYTES,
      cancelToken: cancellation,
    });
    // Graph answers some errors with status 200.
    if (isError(response.data)) throw new GraphError(response);
    return response.data;
  });
  // axios's own timeout is over only when nothing comes: a body may drip for ever.
  const outcome = await withTimeout(answer, withinMs, undefined);
  if (outcome) return outcome;
  cancellation.cancel();
  return noAnswerIn(withinMs);
}

/** Reads like what the client rejects with. */
class GraphError extends Error {
  constructor(readonly response: { status: number; data: unknown }) {
    super('the answer is an error');
  }
}

function isError(data: unknown): boolean {
  return isObject(getProperty(data, 'error'));
}

/** What stands for an answer that did not come in time. */
export function noAnswerIn(ms: number): Outcome<never> {
  const failure = { message: `there was no answer in ${ms / 1000} s` };
  return { ok: false, failure };
}

function urlOf(
  { accessToken }: MessengerClient,
  { path, query }: GraphRequest,
): string {
  // The token stands in the path, because the client's proof is made from there.
  const parameters = Object.entries({ access_token: accessToken, ...query });
  return `${path}?${parameters
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;
}
