import type { ChannelInfo } from '../errors';
import type { GraphClient } from '../graph/graphClient';
import { withToken } from '../graph/page';
import type { Runtime } from '../runtime';
import { recipientId, type SendContext } from '../sendContext';

import { NOTHING, ScopedPersonas, type Addressed } from './scopedPersonas';

/** Who speaks in what is sent by a client, outside of every event. */
export class ClientPersonas extends ScopedPersonas {
  /** `initialPersona` is about events. */
  protected readonly defaultDecision = NOTHING;

  /** @param channelInfo `undefined` where Pages speak */
  constructor(
    readonly client: GraphClient,
    readonly runtime: Runtime,
    readonly channelInfo: ChannelInfo | undefined,
  ) {
    super();
  }

  sendContext({ recipient, accessToken }: Addressed = {}): SendContext {
    const { client, channelInfo } = this;
    return {
      context: null,
      recipient: recipientId(recipient) ?? null,
      page: channelInfo
        ? undefined
        : { client: withToken(client, accessToken) },
      channelInfo,
      canSend: true,
    };
  }
}
