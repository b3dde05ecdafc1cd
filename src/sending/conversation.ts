import { createHash } from 'node:crypto';

import type { Channel } from '../channels/channel';
import { pageOf } from '../graph/page';
import type { SendContext } from '../sendContext';
import { getProperty } from '../util/values';
import { withTimeout } from '../util/withTimeout';

import type { Sending } from './resolution';

/** How long a message waits for the ID of its Page, in milliseconds. */
const MAX_PAGE_WAIT_MS = 3000;

/** Where a conversation takes place. */
type ConversationPlace = Pick<Sending, 'channel' | 'client' | 'context'>;

/**
 * A digest, so that no customer's ID is kept.
 *
 * @param account the Page's ID; elsewhere a digest of the token
 */
export function conversationKey(
  { platform }: Channel,
  account: string,
  recipient: string,
): string {
  const parts = JSON.stringify([platform, account, recipient]);
  return createHash('sha256').update(parts).digest('base64url');
}

/** By the account's token, which is known at once. */
export function keyByToken(
  { channel, client, context: { page } }: ConversationPlace,
  recipient: string,
): string {
  const holder = page?.client ?? client;
  const token =
    getProperty(holder, 'accessToken') ?? getProperty(holder, 'authToken');
  const account = createHash('sha256').update(String(token)).digest('base64');
  return conversationKey(channel, account, recipient);
}

/** The ID of the Page that sends; `undefined` on other channels, and where Messenger does not say. Never rejects. */
export async function pageIdFor({
  page,
}: SendContext): Promise<string | undefined> {
  if (!page) return undefined;
  try {
    const asked = Promise.resolve(pageOf(page));
    return (await withTimeout(asked, MAX_PAGE_WAIT_MS, undefined))?.id;
  } catch {
    return undefined;
  }
}

/**
 * By the Page's ID on Messenger. Rejects with UnknownPageError where that cannot be
 * found out, because no message of the Page would look for it by the token.
 */
export async function keyByAccount(
  place: ConversationPlace,
  recipient: string,
): Promise<string> {
  const { page } = place.context;
  if (!page) return keyByToken(place, recipient);
  return conversationKey(place.channel, (await pageOf(page)).id, recipient);
}
