/**
 * graph/ is the only code that knows Messenger's Graph API: its calls, which all
 * have timeouts (`graphCall.ts`), its responses, which are validated
 * (`responses.ts`), and its errors (`graphFailure.ts`). This file finds the Page
 * that a client sends as.
 */
import { UnknownPageError } from '../errors';

import { graphCall, type Outcome } from './graphCall';
import type { GraphClient } from './graphClient';
import { originOf, PageIds } from './pageIds';
import { isId, parsePage, type PageInfo } from './responses';
import { withRetries, type RetryPolicy } from './retries';

/** Short, because a message waits for the response. */
const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 3000,
};

/** A Page, with a client that sends as it. */
export interface Page {
  readonly id: string;
  readonly client: GraphClient;
}

/** Includes the origin, because a Page of an emulator may have the same ID. */
export function pageKey({ id, client }: Page): string {
  return `${originOf(client)} ${id}`;
}

/** A Page as it is known without a request. */
export interface PageRef {
  readonly client: GraphClient;
  /** `undefined` where only Messenger can say to which Page the client's token belongs. */
  readonly id?: string | undefined;
}

/** The properties of Bottender's MessengerContext that identify its Page. */
export interface PageContext {
  readonly platform: string;
  readonly client: GraphClient;
  /** Mocks may have no event. */
  readonly event?: { readonly pageId?: string | null } | null;
  readonly session: { readonly page?: { readonly id?: string } } | null;
}

/**
 * The Page that a context sends as.
 *
 * @param accessToken of `context.useAccessToken(token)`, if it was called
 * @returns `undefined` for other platforms and simulated contexts, whose clients create no personas
 */
export function pageRefOf(
  { platform, client, event, session }: PageContext,
  accessToken?: unknown,
): PageRef | undefined {
  if (platform !== 'messenger') return undefined;
  if (typeof client?.createPersona !== 'function') return undefined;
  const own = withToken(client, accessToken);
  // With another token the context may send as another Page.
  const ids = own === client ? [event?.pageId, session?.page?.id] : [];
  return { client: own, id: ids.find(isId) };
}

/**
 * The client, or one with that token. A derived object suffices: the client reads
 * `accessToken` at each call, and its transport computes the proof from the URL.
 */
export function withToken(
  client: GraphClient,
  accessToken: unknown,
): GraphClient {
  if (typeof accessToken !== 'string' || accessToken === '') return client;
  if (accessToken === client.accessToken) return client;
  return Object.create(client, {
    accessToken: { value: accessToken, enumerable: true },
  }) as GraphClient;
}

const pageIds = new PageIds();

/**
 * The Page with its ID; synchronous when that is known.
 *
 * @throws or rejects with UnknownPageError
 */
export function pageOf({ client, id }: PageRef): Page | Promise<Page> {
  const found = id ?? requestPageId(client);
  return typeof found === 'string'
    ? { id: found, client }
    : found.then((requested) => ({ id: requested, client }));
}

/** The ID of the Page, if it is known without a request. */
export function knownPageId(page: PageRef | undefined): string | undefined {
  return page && (page.id ?? pageIds.known(page.client));
}

/**
 * The ID of the Page that the client's token belongs to.
 *
 * @throws UnknownPageError
 */
export async function pageIdOf(client: GraphClient): Promise<string> {
  return requestPageId(client);
}

function requestPageId(client: GraphClient): string | Promise<string> {
  return pageIds.of(client, async () => {
    const outcome = await withRetries(() => getPage(client), RETRY_POLICY);
    if (outcome.ok) return outcome.value.id;
    throw new UnknownPageError(outcome.failure);
  });
}

/** Requests the Page that the client's token belongs to. */
export function getPage(client: GraphClient): Promise<Outcome<PageInfo>> {
  return graphCall(client, { method: 'GET', path: '/me' }, parsePage);
}
