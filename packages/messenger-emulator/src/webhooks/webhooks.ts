import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../values/json';
import type { Clock } from '../values/clock';
import type { Settings } from '../options';
import type { ResumeResult } from '../types';
import { webhookEntries, type PendingDelivery } from './webhookEntries';
import { deliver, send } from './webhookRequest';

/** The fields of an app that was configured with a webhook URL only. */
const USUAL_FIELDS = [
  'messages',
  'message_edits',
  'message_reactions',
  'messaging_account_linking',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
];

/** Meta's own limit: docs/messenger-facts.md#batched-webhooks */
const MAX_EVENTS_IN_WEBHOOK = 1000;
const MAX_HELD_EVENTS = 10_000;
const MAX_HELD_CHARACTERS = 16 * 1024 * 1024;

export interface AppSubscription {
  callbackUrl: string;
  fields: ReadonlySet<string>;
}

/**
 * The app's webhook, the subscriptions of the app and its Pages, and the
 * deliveries. An event is sent only if both the app and the Page are subscribed
 * to its field.
 *
 * @see
 *   https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
 */
export class Webhooks {
  #app: AppSubscription | undefined;
  /** A Page without an entry has all fields of the app. */
  readonly #pageFields = new Map<string, ReadonlySet<string>>();
  #isPaused = false;
  /** Tells whether a resume was overtaken by another pause. */
  #pauses = 0;
  #resumed: Promise<unknown> = Promise.resolve();
  #held: PendingDelivery[] = [];
  #heldSize = 0;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly closing: AbortSignal,
  ) {
    if (settings.webhookUrl !== undefined) this.setUrl(settings.webhookUrl);
  }

  get app(): AppSubscription | undefined {
    return this.#app;
  }

  /** Sets the webhook's URL, like the app dashboard. */
  setUrl(callbackUrl: string): void {
    const fields = this.#app?.fields ?? new Set(USUAL_FIELDS);
    this.#app = { callbackUrl, fields };
  }

  subscribeApp(callbackUrl: string, fields: readonly string[]): void {
    this.#app = { callbackUrl, fields: new Set(fields) };
  }

  /** Ends the app's subscription to some fields, or to all. */
  unsubscribeApp(fields?: readonly string[]): void {
    const left = [...(this.#app?.fields ?? [])].filter(
      (name) => fields !== undefined && !fields.includes(name),
    );
    this.#app =
      this.#app && left.length > 0
        ? { ...this.#app, fields: new Set(left) }
        : undefined;
  }

  setPageFields(pageId: string, fields: readonly string[]): void {
    this.#pageFields.set(pageId, new Set(fields));
  }

  pageFields(pageId: string): readonly string[] {
    return [...(this.#pageFields.get(pageId) ?? this.#app?.fields ?? [])];
  }

  isSubscribed(pageId: string, name: string): boolean {
    const ofPage = this.#pageFields.get(pageId);
    return (
      (this.#app?.fields.has(name) ?? false) && (ofPage?.has(name) ?? true)
    );
  }

  /**
   * Sends the verification request to the app.
   *
   * @see
   *   https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
   * @throws {Error} saying what went wrong.
   */
  async verify(callbackUrl: string, verifyToken: string): Promise<void> {
    const challenge = randomBytes(8).readBigUInt64BE().toString();
    const url = new URL(callbackUrl);
    url.searchParams.set('hub.mode', 'subscribe');
    url.searchParams.set('hub.challenge', challenge);
    url.searchParams.set('hub.verify_token', verifyToken);
    const answer = await send(url.href, 'GET', '', this.closing);
    if (answer.status !== 200) {
      throw new Error(`HTTP Status Code = ${answer.status}`);
    }
    if (answer.text.trim() !== challenge) {
      throw new Error('the answer was not the challenge');
    }
  }

  /** @throws {Error} if no webhook URL is known. */
  checkKnown(): void {
    if (!this.#app) {
      throw new Error(
        'Messenger emulator: no webhook URL is known; give `webhookUrl`, call `setWebhookUrl` or let the app subscribe',
      );
    }
  }

  /** Holds events back, as in an outage. */
  pause(): void {
    this.#isPaused = true;
    this.#pauses += 1;
  }

  /**
   * Delivers the held events in order, in as few webhooks as possible.
   *
   * @returns the status of the last webhook, and the number of events
   * @throws {Error} if the bot cannot be reached; the events are lost then.
   */
  resume(): Promise<ResumeResult> {
    const pauses = this.#pauses;
    const result = this.#resumed.then(() => this.#deliverHeld(pauses));
    this.#resumed = result.catch(() => undefined);
    return result;
  }

  /** Ends a pause and drops the held events. */
  dropHeld(): void {
    this.#isPaused = false;
    this.#held = [];
    this.#heldSize = 0;
  }

  /**
   * Delivers one event of a Page, or holds it back during a pause.
   *
   * @param onLost is called with the reason when the bot does not accept the
   *   event
   * @returns the HTTP status of the bot's answer; 0 if the app or the Page is
   *   not subscribed to the field, or webhooks are paused
   * @throws {Error} if the app cannot be reached.
   */
  async deliver(
    pageId: string,
    field: string,
    event: JsonObject,
    onLost: (reason: string) => void = () => undefined,
  ): Promise<number> {
    if (!this.isSubscribed(pageId, field)) return 0;
    const delivery = { pageId, field, event, onLost };
    if (!this.#isPaused) return this.#send([delivery]);
    this.#hold(delivery);
    return 0;
  }

  #hold(delivery: PendingDelivery): void {
    const size = JSON.stringify(delivery.event).length;
    if (
      this.#held.length >= MAX_HELD_EVENTS ||
      this.#heldSize + size > MAX_HELD_CHARACTERS
    ) {
      delivery.onLost('too many events are held back');
      throw new Error(
        'Messenger emulator: too many events are held back; call `resumeWebhooks`',
      );
    }
    this.#held.push(delivery);
    this.#heldSize += size;
    this.settings.log(`webhook ${delivery.field} HELD`);
  }

  async #deliverHeld(pauses: number): Promise<ResumeResult> {
    const result = { status: 0, events: 0 };
    let failure: Error | undefined;
    // Events that occur during the delivery are held back too, to keep the
    // order.
    while (this.#held.length > 0 && this.#pauses === pauses) {
      const batch = this.#held.splice(0, MAX_EVENTS_IN_WEBHOOK);
      for (const { event } of batch) {
        this.#heldSize -= JSON.stringify(event).length;
      }
      result.events += batch.length;
      try {
        result.status = await this.#send(batch);
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
      }
    }
    if (this.#pauses === pauses) this.#isPaused = false;
    if (failure !== undefined) throw failure;
    return result;
  }

  async #send(deliveries: readonly PendingDelivery[]): Promise<number> {
    const entry = webhookEntries(deliveries, this.clock.now());
    const { appSecret } = this.settings;
    const url = this.#app?.callbackUrl ?? '';
    const fields = deliveries.map(({ field }) => field).join(', ');
    const lose = (reason: string) =>
      deliveries.forEach(({ onLost }) => onLost(reason));
    try {
      const body = { object: 'page', entry };
      const { status } = await deliver(url, body, appSecret, this.closing);
      this.settings.log(`webhook ${fields} ${status}`);
      if (status >= 400) lose(`the bot's webhook answered ${status}`);
      return status;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.settings.log(`webhook ${fields} LOST: ${reason}`);
      lose(reason.replace(/^Messenger emulator: /, ''));
      throw error;
    }
  }
}
