import type { Context } from 'bottender';

import type { ChannelInfo } from './errors';
import type { PageRef } from './graph/page';
import { getProperty, idOrNone, isObject } from './util/values';

/** Where a message is sent, or a block runs. */
export interface SendContext {
  /** `null` outside of events. */
  readonly context: Context | null;
  /** The customer, if known; on Messenger the PSID. */
  readonly recipient: string | null;
  /** `undefined` on other channels and simulated contexts. */
  readonly page: PageRef | undefined;
  /** `undefined` on Messenger. */
  readonly channelInfo?: ChannelInfo | undefined;
  /** Whether Bottender's own methods send anything here; if not, blocks create no persona. */
  readonly canSend: boolean;
}

/** The ID of a recipient as clients take one: the ID, or an object with it. */
export function recipientId(recipient: unknown): string | undefined {
  return idOrNone(
    isObject(recipient) ? getProperty(recipient, 'id') : recipient,
  );
}
