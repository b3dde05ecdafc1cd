import type { MessengerClient } from 'bottender';

import { getProperty } from '../util/getProperty';
import type { Page } from '../graph/page';
import type { Runtime } from '../runtime';

import type { Occasion } from './occasion';
import { ScopedPersonas } from './scopedPersonas';

/** Who speaks in what is sent by a client, outside of every event. */
export class ClientPersonas extends ScopedPersonas {
  /** `initialPersona` is about events. */
  readonly outside = null;
  readonly outsideBy = 'nothing';
  /** A block is with nobody in particular. */
  readonly occasion: Occasion;

  constructor(
    private readonly client: MessengerClient,
    private readonly runtime: Runtime,
  ) {
    super();
    this.occasion = occasionOn(client, runtime, null);
  }

  /**
   * What a send happens on.
   *
   * @param recipient as the client's methods take it
   * @param token of another Page than the client's, where the options have one
   */
  occasionWith(recipient: unknown, token: unknown): Occasion {
    const id =
      typeof recipient === 'string' ? recipient : getProperty(recipient, 'id');
    const psid = typeof id === 'string' ? id : null;
    return occasionOn(this.client, this.runtime, psid, token);
  }

  /** Whoever comes first on a Page clears up what others left behind there. */
  protected override makingOn({ id, client }: Page): void {
    this.runtime.sweeper.notice(id, client);
  }
}

/** @param token of another Page than the client's, as Bottender's contexts give it among the options */
function occasionOn(
  client: MessengerClient,
  runtime: Runtime,
  psid: string | null,
  token?: unknown,
): Occasion {
  const accessToken = typeof token === 'string' ? token : null;
  const pageContext = { client, accessToken, event: {}, session: null };
  return { runtime, context: null, psid, pageContext, goesOut: true };
}
