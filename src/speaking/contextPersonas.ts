import type { Context } from 'bottender';

import type { ChannelInfo } from '../errors';
import { pageRefOf } from '../graph/page';
import { checkPersona } from '../persona';
import type { Runtime } from '../runtime';
import { recipientId, type SendContext } from '../sendContext';
import { getProperty, textOrNone } from '../util/values';

import { initialSpeaker } from './initialPersona';
import { NOTHING, ScopedPersonas, type Addressed } from './scopedPersonas';
import { changeSpeaker, innermostScope } from './scopes';
import { PAGE, speakerFor, type ActiveSpeaker, type Decision } from './speaker';

/** What events have that Bottender sends no answer to. */
const UNANSWERED = ['isEcho', 'isDelivery', 'isRead'];

/** The speakers of one context, which handles one event. */
export class ContextPersonas extends ScopedPersonas {
  /** Set by `usePersona` outside of all blocks. */
  private used: Decision | undefined;
  private initial: Decision = NOTHING;
  /** Replaces the context's client, if its messages go through the seam. */
  front: object | undefined;

  constructor(
    readonly context: Context,
    public runtime: Runtime,
    readonly client: object | undefined,
    readonly channelInfo?: ChannelInfo,
  ) {
    super();
  }

  sendContext(message?: Addressed): SendContext {
    const { context, channelInfo } = this;
    const { accessToken } = message ?? (context as Addressed);
    const page = pageRefOf(context, accessToken);
    // A class of the bot's own may write to others than the customer.
    const addressed = page && message?.recipient;
    const recipient =
      (addressed
        ? recipientId(addressed)
        : textOrNone(getProperty(context, 'session', 'user', 'id'))) ?? null;
    // Bottender sends nothing without a session or in response to echoes and receipts,
    // so blocks create nothing for these. Mocks may have no event.
    const canSend =
      Boolean(context.session) &&
      !UNANSWERED.some((name) => getProperty(context, 'event', name));
    return { context, recipient, page, channelInfo, canSend };
  }

  /** Makes `initialPersona` the default speaker, unless `usePersona` has set one. Never rejects. */
  start(): Promise<void> | undefined {
    const { context, runtime } = this;
    const begin = (speaker: ActiveSpeaker) => {
      if (speaker === PAGE) return;
      this.initial = { speaker, decidedBy: 'initialPersona' };
    };
    const initial = initialSpeaker(context, runtime, () => this.sendContext());
    if (initial instanceof Promise) return initial.then(begin);
    begin(initial);
    return undefined;
  }

  protected get defaultDecision(): Decision {
    return this.used ?? this.initial;
  }

  use(persona: unknown): void {
    const speaker = speakerFor(checkPersona(persona));
    const decision: Decision = { speaker, decidedBy: 'usePersona' };
    if (!changeSpeaker(innermostScope(this), decision)) this.used = decision;
  }
}
