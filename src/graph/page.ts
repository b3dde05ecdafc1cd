/**
 * graph/ is the only code that knows Messenger's Graph API: its calls, which all
 * have timeouts (`graphCall.ts`), its responses, which are validated
 * (`responses.ts`), and its errors (`graphFailure.ts`). This file finds the Page
 * that a client sends as.
 */
import type { Context, MessengerClient } from 'bottender';

import { UnknownPageError } from '../errors';

import { graphCall, type Outcome } from './graphCall';
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
  readonly client: MessengerClient;
}

/** Includes the origin, because a Page of an emulator may have the same ID. */
export function pageKey({ id, client }: Page): string {
  return `${originOf(client)} ${id}`;
}

/** The properties of Bottender's MessengerContext that identify its Page. */
export interface PageContext {
  readonly client: MessengerClient;
  readonly accessToken?: string | null;
  /** Mocks may have no event. */
  readonly event?: { readonly pageId?: string | null } | null;
  readonly session: { readonly page?: { readonly id?: string } } | null;
}

/** `undefined` for other platforms and simulated contexts, whose clients create no personas. */
export function pageContextOf(context: Context): PageContext | undefined {
  const pageContext: PageContext = context;
  return context.platform === 'messenger' &&
    typeof pageContext.client?.createPersona === 'function'
    ? pageContext
    : undefined;
}

const pageIds = new PageIds();

/**
 * The Page that this context sends as; synchronous when it is known.
 *
 * @throws or rejects with UnknownPageError
 */
export function pageOf(context: PageContext): Page | Promise<Page> {
  const client = clientOf(context);
  const id = eventPageId(context, client) ?? requestPageId(client);
  return typeof id === 'string'
    ? { id, client }
    : id.then((requested) => ({ id: requested, client }));
}

/** The ID of the Page that this context sends as, if it is known without a request. */
export function knownPageId(context: PageContext): string | undefined {
  const client = clientOf(context);
  return eventPageId(context, client) ?? pageIds.known(client);
}

/** `undefined` after `useAccessToken`, because the context may then send as another Page. */
function eventPageId(
  context: PageContext,
  client: MessengerClient,
): string | undefined {
  return client === context.client ? pageIdFromEvent(context) : undefined;
}

export function pageIdFromEvent({
  event,
  session,
}: PageContext): string | undefined {
  const pageId = event?.pageId;
  if (isId(pageId)) return pageId;
  const sessionPageId = session?.page?.id;
  return isId(sessionPageId) ? sessionPageId : undefined;
}

/**
 * The ID of the Page that the client's token belongs to.
 *
 * @throws UnknownPageError
 */
export async function pageIdOf(client: MessengerClient): Promise<string> {
  return requestPageId(client);
}

function requestPageId(client: MessengerClient): string | Promise<string> {
  return pageIds.of(client, async () => {
    const outcome = await withRetries(() => getPage(client), RETRY_POLICY);
    if (outcome.ok) return outcome.value.id;
    throw new UnknownPageError(outcome.failure);
  });
}

/** Requests the Page that the client's token belongs to. */
export function getPage(client: MessengerClient): Promise<Outcome<PageInfo>> {
  return graphCall(client, { method: 'GET', path: '/me' }, parsePage);
}

/** Clients with tokens that were passed to `useAccessToken`. */
const derivedClients = new WeakMap<PageContext, MessengerClient>();

/**
 * The context's client, or, after `context.useAccessToken(token)`, a client with
 * that token. A derived object suffices: the client reads `accessToken` at each
 * call, and its transport computes the proof from the URL.
 */
export function clientOf(context: PageContext): MessengerClient {
  const { client, accessToken } = context;
  if (!accessToken || accessToken === client.accessToken) return client;
  const known = derivedClients.get(context);
  const isCurrent =
    known?.accessToken === accessToken &&
    Object.getPrototypeOf(known) === client;
  if (isCurrent) return known;
  const created = Object.create(client, {
    accessToken: { value: accessToken, enumerable: true },
  }) as MessengerClient;
  derivedClients.set(context, created);
  return created;
}
