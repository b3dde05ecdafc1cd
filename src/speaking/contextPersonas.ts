import type { Context } from 'bottender';

import type { ChannelInfo } from '../errors';
import { readGraphFailure } from '../graph/graphFailure';
import { pageRefOf } from '../graph/page';
import { secretsOf } from '../graph/secrets';
import { createRefusal } from '../refusals/refusals';
import type { Runtime } from '../runtime';
import { recipientId, type SendContext } from '../sendContext';
import { getProperty, isThenable, textOrNone } from '../util/values';
import { withTimeout } from '../util/withTimeout';

import { NOTHING, ScopedPersonas, type Addressed } from './scopedPersonas';
import { changeSpeaker, innermostScope } from './scopes';
import { PAGE, type Decision } from './speaker';

/** How long an event waits for an async `initialPersona`, in milliseconds. */
const TIMEOUT_MS = 5000;
const TIMED_OUT = Symbol('timed out');

const decidedBy = 'initialPersona';

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

  /**
   * Makes `initialPersona` the default speaker, unless `usePersona` has set one. If
   * it fails, the failure is reported and the Page speaks, or, with
   * `refusedPersona: 'throw'`, each send rejects. Never throws or rejects.
   */
  start(): Promise<void> | undefined {
    const { initialPersona: named } = this.runtime.settings;
    try {
      const given = typeof named === 'function' ? named(this.context) : named;
      if (!isThenable(given)) return this.begin(given);
      return withTimeout(Promise.resolve(given), TIMEOUT_MS, TIMED_OUT)
        .then((inTime) => this.begin(inTime))
        .catch((error: unknown) => this.fail(error));
    } catch (error) {
      return this.fail(error);
    }
  }

  private begin(given: unknown): undefined {
    if (given === TIMED_OUT) {
      throw new Error(`it did not answer within ${TIMEOUT_MS / 1000} seconds`);
    }
    const speaker = this.speakerNamed(given ?? null);
    if (speaker !== PAGE) this.initial = { speaker, decidedBy };
  }

  private fail(error: unknown): undefined {
    const { refusals, settings } = this.runtime;
    const context = this.sendContext();
    const secrets = secretsOf(context.page?.client);
    const { message } = readGraphFailure(error, secrets);
    const refusal = createRefusal('initial-persona', decidedBy, context, {
      // The error message adds a period.
      message: message.replace(/\.$/, ''),
    });
    if (settings.refusedPersona !== 'throw') {
      refusals.notify(refusal, refusal.persona, context);
    }
    this.initial = { speaker: { kind: 'unavailable', refusal }, decidedBy };
  }

  protected get defaultDecision(): Decision {
    return this.used ?? this.initial;
  }

  use(persona: unknown): void {
    const speaker = this.speakerNamed(persona);
    const decision: Decision = { speaker, decidedBy: 'usePersona' };
    if (!changeSpeaker(innermostScope(this), decision)) this.used = decision;
  }
}
