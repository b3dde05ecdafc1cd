import type { MessengerClient } from 'bottender';

import type { Page } from '../graph/page';
import type { Runtime } from '../runtime';
import type { SendContext } from '../sendContext';
import { getProperty } from '../util/getProperty';

import { ScopedPersonas, type Addressed } from './scopedPersonas';
import { PAGE } from './speaker';

/** Who speaks in what is sent by a client, outside of every event. */
export class ClientPersonas extends ScopedPersonas {
  /** `initialPersona` is about events. */
  readonly defaultSpeaker = PAGE;
  readonly defaultSource = 'nothing';

  constructor(
    readonly client: MessengerClient,
    readonly runtime: Runtime,
  ) {
    super();
  }

  sendContext({ recipient, accessToken }: Addressed = {}): SendContext {
    const id =
      typeof recipient === 'string' ? recipient : getProperty(recipient, 'id');
    return {
      context: null,
      recipient: typeof id === 'string' ? id : null,
      pageContext: {
        client: this.client,
        accessToken: typeof accessToken === 'string' ? accessToken : null,
        event: {},
        session: null,
      },
      canSend: true,
    };
  }

  /** The first block on a Page starts its sweeps. */
  protected override beforeCreation({ id, client }: Page): void {
    this.runtime.sweeper.notice(id, client);
  }
}
