/**
 * messenger/ is all that is known of Messenger's Graph API: calls of ours, each
 * within a bound (`graphCall.ts`), their answers checked (`answers.ts`), their
 * failures read (`graphFailure.ts`, `refusal.ts`); and here, the Page that is asked.
 */
import type { Context, MessengerClient } from 'bottender';

import { UnknownPageError } from '../errors';

import { isId, readPage, type AnsweredPage } from './answers';
import type { Outcome } from './call';
import { graphCall } from './graphCall';
import { PageIds } from './pageIds';
import { withRetries, type RetryPolicy } from './retries';

/** A message waits for the answer. */
const RETRY_POLICY: RetryPolicy = {
  tries: 3,
  firstWaitMs: 200,
  withinMs: 3000,
};

/** A Page, with a client that speaks for it. */
export interface Page {
  /** The Page's ID. */
  readonly id: string;
  readonly client: MessengerClient;
}

/** What of Bottender's MessengerContext tells which Page an event belongs to. */
export interface PageContext {
  readonly client: MessengerClient;
  readonly accessToken?: string | null;
  /** What stands in for a context in a test may have none. */
  readonly event?: { readonly pageId?: string | null } | null;
  readonly session: { readonly page?: { readonly id?: string } } | null;
}

/**
 * The context as one whose Page can be spoken to, if it is: a simulated context
 * and other platforms' have no client that makes personas.
 */
export function pageContextOf(context: Context): PageContext | undefined {
  const host: PageContext = context;
  return context.platform === 'messenger' &&
    typeof host.client?.createPersona === 'function'
    ? host
    : undefined;
}

/** Page IDs that Messenger was asked for. */
const asked = new PageIds();

/**
 * The Page that this context's sends go out from; at once where that is known.
 *
 * @throws or rejects with UnknownPageError
 */
export function pageOf(context: PageContext): Page | Promise<Page> {
  const client = clientOf(context);
  const id = eventsPageId(context, client) ?? askedPageId(client);
  return typeof id === 'string'
    ? { id, client }
    : id.then((answered) => ({ id: answered, client }));
}

/** The same Page's ID, where it is known without asking. */
export function knownPageId(context: PageContext): string | undefined {
  const client = clientOf(context);
  return eventsPageId(context, client) ?? asked.known(client);
}

/** After `useAccessToken` another Page speaks than the event's. */
function eventsPageId(
  context: PageContext,
  client: MessengerClient,
): string | undefined {
  return client === context.client ? pageIdFromEvent(context) : undefined;
}

/** The Page that the event happened on, where the event says so. */
export function pageIdFromEvent({
  event,
  session,
}: PageContext): string | undefined {
  const pageId = event?.pageId;
  if (isId(pageId)) return pageId;
  const ofSession = session?.page?.id;
  return isId(ofSession) ? ofSession : undefined;
}

/**
 * Asks Messenger, once a token, which Page the client's belongs to.
 *
 * @throws UnknownPageError
 */
export async function pageIdOf(client: MessengerClient): Promise<string> {
  return askedPageId(client);
}

/** At once where it is known, or known not to be had for a while. */
function askedPageId(client: MessengerClient): string | Promise<string> {
  return asked.of(client, () => askPageId(client));
}

async function askPageId(client: MessengerClient): Promise<string> {
  const outcome = await withRetries(() => askPage(client), RETRY_POLICY);
  if (outcome.ok) return outcome.value.id;
  throw new UnknownPageError(outcome.failure);
}

/** Asks Messenger for the Page that the client's token belongs to. */
export async function askPage(
  client: MessengerClient,
): Promise<Outcome<AnsweredPage>> {
  const outcome = await graphCall(client, { method: 'GET', path: '/me' });
  return outcome.ok ? readPage(outcome.value) : outcome;
}

/** Clients for tokens that `useAccessToken` was given, as long as their contexts live. */
const derived = new WeakMap<PageContext, MessengerClient>();

/**
 * The context's client, or, after `context.useAccessToken(token)`, the same
 * client speaking for that token's Page. The client reads its `accessToken` at
 * each call and its transport computes the proof from the URL, so a derived
 * object with another token is all that it takes.
 */
export function clientOf(context: PageContext): MessengerClient {
  const { client, accessToken } = context;
  if (!accessToken || accessToken === client.accessToken) return client;
  const known = derived.get(context);
  if (known?.accessToken === accessToken && isFrom(client, known)) return known;
  const made = Object.create(client, {
    accessToken: { value: accessToken, enumerable: true },
  }) as MessengerClient;
  derived.set(context, made);
  return made;
}

function isFrom(client: MessengerClient, made: MessengerClient): boolean {
  return Object.getPrototypeOf(made) === client;
}
