import type { MessengerClient } from 'bottender';

import { optionsOf } from '../context/arguments';
import type { CoveredMethod } from '../channels/messenger';
import type { Occasion } from '../context/occasion';
import { ScopedPersonas } from '../context/scopedPersonas';
import { field } from '../field';
import type { Page } from '../messenger/page';
import type { Runtime } from '../runtime';

/** Before a client's arguments stands the recipient. */
export const LEAD = 1;

/** Who speaks in what is sent by a client, outside of every event. */
export class ClientPersonas extends ScopedPersonas {
  /** `initialPersona` is about events. */
  readonly outside = null;
  /** A block is with nobody in particular. */
  readonly occasion: Occasion;

  constructor(
    private readonly client: MessengerClient,
    private readonly runtime: Runtime,
  ) {
    super();
    this.occasion = occasionOn(client, runtime, null);
  }

  /** What a send happens on. */
  occasionOf(method: CoveredMethod, args: unknown[]): Occasion {
    const [recipient] = args;
    const id =
      typeof recipient === 'string' ? recipient : field(recipient, 'id');
    const psid = typeof id === 'string' ? id : null;
    const token = optionsOf(method, args, LEAD)?.accessToken;
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
  const host = { client, accessToken, event: {}, session: null };
  return { runtime, context: null, psid, host, goesOut: true };
}
