import type { Context, MessengerClient } from 'bottender';

import { UnknownPageError } from '../errors';

import { call } from './call';
import { withRetries, type Patience } from './retries';

/** A message waits for the answer. */
const PATIENCE: Patience = { tries: 3, firstWaitMs: 200, withinMs: 3000 };

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
  readonly event: { readonly pageId?: string | null };
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

/** Page IDs that Messenger was asked for, by client. */
const asked = new WeakMap<MessengerClient, Promise<string>>();

/** The Page that this context's sends go out from; at once where the event says so. */
export function pageOf(context: PageContext): Page | Promise<Page> {
  const client = clientOf(context);
  const fromEvent = pageIdFromEvent(context);
  return client === context.client && fromEvent
    ? { id: fromEvent, client }
    : pageIdOf(client).then((id) => ({ id, client }));
}

/** The Page that the event happened on, where the event says so. */
export function pageIdFromEvent({
  event,
  session,
}: PageContext): string | undefined {
  return event.pageId ?? session?.page?.id;
}

/** Asks Messenger, once a client, which Page its access token belongs to. */
export function pageIdOf(client: MessengerClient): Promise<string> {
  let id = asked.get(client);
  if (!id) {
    id = askPageId(client);
    asked.set(client, id);
    id.catch(() => asked.delete(client));
  }
  return id;
}

async function askPageId(client: MessengerClient): Promise<string> {
  // The token stands in the path, because the client's proof is made from there.
  const token = encodeURIComponent(client.accessToken);
  const outcome = await withRetries(
    () =>
      call(client, () =>
        client.axios.get<{ id: string }>(`/me?access_token=${token}`),
      ),
    PATIENCE,
  );
  if (outcome.ok) return outcome.value.data.id;
  throw new UnknownPageError(outcome.failure);
}

/** Clients derived for `useAccessToken`, by the client they derive from and token. */
const derived = new WeakMap<MessengerClient, Map<string, MessengerClient>>();

/**
 * The context's client, or, after `context.useAccessToken(token)`, the same
 * client speaking for that token's Page. The client reads its `accessToken` at
 * each call and its transport computes the proof from the URL, so a derived
 * object with another token is all that it takes.
 */
export function clientOf(context: PageContext): MessengerClient {
  const { client, accessToken } = context;
  if (!accessToken || accessToken === client.accessToken) return client;
  const byToken = derived.get(client) ?? new Map<string, MessengerClient>();
  derived.set(client, byToken);
  const known = byToken.get(accessToken);
  if (known) return known;
  const made = Object.create(client, {
    accessToken: { value: accessToken, enumerable: true },
  }) as MessengerClient;
  byToken.set(accessToken, made);
  return made;
}
