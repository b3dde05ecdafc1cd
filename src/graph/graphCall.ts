import { getProperty, isObject } from '../util/values';
import { withTimeout } from '../util/withTimeout';

import { cancelToken } from './cancelToken';
import type { GraphClient } from './graphClient';
import { readGraphFailure, type GraphFailure } from './graphFailure';
import { secretsOf } from './secrets';

/** Messages wait less than this: a late response serves the next message. */
export const GRAPH_TIMEOUT_MS = 10_000;

/** A full page of a list has about 50,000 bytes. */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

/** How a Graph call ended. The client's own errors print the token, so they are not passed on. */
export type Outcome<T> =
  { ok: true; value: T } | { ok: false; failure: GraphFailure };

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without version and query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly timeoutMs?: number | undefined;
}

/**
 * Calls Graph as the client's Page.
 *
 * @param parse validates the response, which may be anything: see `responses.ts`
 */
export async function graphCall<T>(
  client: GraphClient,
  request: GraphRequest,
  parse: (response: unknown) => Outcome<T>,
): Promise<Outcome<T>> {
  const { timeoutMs = GRAPH_TIMEOUT_MS } = request;
  const cancelled = new AbortController();
  const { axios } = client;
  const running = outcomeOf(client, async () => {
    if (!axios) return callMethod(client, request);
    const response = await axios.request({
      method: request.method,
      url: urlOf(client, request),
      data: request.body,
      timeout: timeoutMs,
      maxContentLength: MAX_RESPONSE_BYTES,
      cancelToken: cancelToken(cancelled.signal),
    });
    // Graph returns some errors with status 200.
    if (isObject(getProperty(response.data, 'error'))) {
      throw Object.assign(new Error('Graph returned an error'), { response });
    }
    return response.data;
  });
  // axios's timeout is for idle connections: a slow body could take forever.
  const outcome = await withTimeout(running, timeoutMs, undefined);
  if (outcome) return outcome.ok ? parse(outcome.value) : outcome;
  cancelled.abort();
  return timedOut(timeoutMs);
}

/** Runs a call of this client, and turns its rejection into a failure. */
export async function outcomeOf<T>(
  client: GraphClient,
  run: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, failure: readGraphFailure(error, secretsOf(client)) };
  }
}

export function timedOut(ms: number): Outcome<never> {
  const failure = { message: `there was no answer in ${ms / 1000} s` };
  return { ok: false, failure };
}

/** Of a custom client without axios. */
function callMethod(
  client: GraphClient,
  request: GraphRequest,
): Promise<unknown> {
  const [name, ...args] = methodFor(request);
  const method: unknown = Reflect.get(client, name);
  if (typeof method === 'function') {
    return Reflect.apply(method, client, args) as Promise<unknown>;
  }
  const error = new Error(`the client has neither axios nor ${name}()`);
  const data = { error: { isTransient: false } };
  throw Object.assign(error, { response: { data } });
}

function methodFor({
  method,
  path,
  query,
  body,
}: GraphRequest): [name: keyof GraphClient, ...args: unknown[]] {
  if (path === '/me') return ['getPageInfo'];
  if (path === '/me/personas') {
    return method === 'POST'
      ? ['createPersona', body]
      : ['getPersonas', query?.after];
  }
  const id = path.slice(1);
  return method === 'DELETE' ? ['deletePersona', id] : ['getPersona', id];
}

function urlOf(
  { accessToken = '' }: GraphClient,
  { path, query }: GraphRequest,
): string {
  // The client computes its proof from the token in the URL.
  const parameters = { access_token: accessToken, ...query };
  return `${path}?${new URLSearchParams(parameters).toString()}`;
}
