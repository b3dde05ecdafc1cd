import type { Context } from 'bottender';

import type { ChannelInfo } from './errors';
import { knownPageId, type PageContext } from './graph/page';

/** Where a message, or a block, takes place: in an event, or with a client outside of every event. */
export interface SendContext {
  /** The event's; `null` outside of events. */
  readonly context: Context | null;
  /** The customer: the PSID on Messenger, where it is known. */
  readonly recipient: string | null;
  /** What speaks for the Page; `undefined` on other channels and simulated contexts. */
  readonly pageContext: PageContext | undefined;
  /** The channel; `undefined` where Pages speak. */
  readonly channelInfo?: ChannelInfo | undefined;
  /** Whether Bottender sends anything here, so that something is looked up or created for it. */
  readonly canSend: boolean;
}

/** The ID of the Page that speaks, where it is known without asking. */
export function pageIdIn({ pageContext }: SendContext): string | undefined {
  return pageContext && knownPageId(pageContext);
}
