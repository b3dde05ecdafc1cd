import { createHash } from 'node:crypto';

import type { Channel } from '../channels/channel';
import type { ConversationId } from '../disclosure/conversations';
import { clientOf, pageOf } from '../graph/page';
import { recipientId, type SendContext } from '../sendContext';
import type { Addressed } from '../speaking/scopedPersonas';
import { getProperty } from '../util/getProperty';
import { withTimeout } from '../util/withTimeout';

/** How long a message waits for the ID of its Page, in milliseconds. */
const MAX_PAGE_WAIT_MS = 3000;

/** The one recipient of a call; `undefined` for many, and for one who is not known by an ID. */
export function recipientOf(
  { recipient }: Addressed,
  channel: Channel,
  method: string,
  context: object | null,
): string | undefined {
  const id = recipientId(recipient);
  if (id) return id;
  return context ? channel.recipientIn?.(method, context) : undefined;
}

/** Where a conversation takes place, as a call shows it. */
export interface ConversationPlace {
  readonly channel: Channel;
  readonly recipient: string;
  readonly context: SendContext;
  readonly client: object | undefined;
}

/** By the account's token, which is known at once. */
export function conversationByToken({
  channel,
  recipient,
  context: { pageContext },
  client,
}: ConversationPlace): ConversationId {
  const holder = pageContext ? clientOf(pageContext) : client;
  const token =
    getProperty(holder, 'accessToken') ?? getProperty(holder, 'authToken');
  const account = createHash('sha256').update(String(token)).digest('base64');
  return { channel: channel.platform, account, recipient };
}

/** The ID of the Page that sends; `undefined` on other channels, and where Messenger does not say. Never rejects. */
export async function pageIdFor({
  pageContext,
}: SendContext): Promise<string | undefined> {
  if (!pageContext) return undefined;
  try {
    const page = Promise.resolve(pageOf(pageContext));
    return (await withTimeout(page, MAX_PAGE_WAIT_MS, undefined))?.id;
  } catch {
    return undefined;
  }
}

/** By the Page's ID, where there is one. Never rejects. */
export async function conversationOf(
  place: ConversationPlace,
): Promise<ConversationId> {
  const byToken = conversationByToken(place);
  const account = (await pageIdFor(place.context)) ?? byToken.account;
  return { ...byToken, account };
}
