import { randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '../values/json';
import type { Clock } from '../values/clock';
import type { Settings } from '../options';
import { deliver, send } from './webhookRequest';

/** What an app is subscribed to when it was set up by hand, with a webhook URL. */
const USUAL_FIELDS = [
  'messages',
  'message_reactions',
  'messaging_account_linking',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
];

export interface AppSubscription {
  callbackUrl: string;
  fields: ReadonlySet<string>;
}

/**
 * Where the app listens, what it and each Page are subscribed to, and the way there.
 * An event goes out only if both the app and the Page are subscribed to its field.
 *
 * @see https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
 */
export class Webhooks {
  #app: AppSubscription | undefined;
  /** A Page that is not in here is connected to the app with all of the app's fields. */
  readonly #pageFields = new Map<string, ReadonlySet<string>>();

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

  /** As in the app's dashboard. */
  setUrl(callbackUrl: string): void {
    const fields = this.#app?.fields ?? new Set(USUAL_FIELDS);
    this.#app = { callbackUrl, fields };
  }

  subscribeApp(callbackUrl: string, fields: readonly string[]): void {
    this.#app = { callbackUrl, fields: new Set(fields) };
  }

  /** Ends the app's subscription to some fields, or as a whole. */
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
   * Asks the app to prove that it wants the webhooks.
   *
   * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
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

  /** @throws {Error} when nobody could ever be told anything. */
  checkKnown(): void {
    if (!this.#app) {
      throw new Error(
        'Messenger emulator: no webhook URL is known; give `webhookUrl`, call `setWebhookUrl` or let the app subscribe',
      );
    }
  }

  /**
   * Delivers one event in the name of a Page.
   *
   * @returns the HTTP status of the bot's answer; 0 when the app or the Page is
   *   not subscribed to the field, so that nothing is sent.
   * @throws {Error} when the app cannot be reached.
   */
  async deliver(
    pageId: string,
    name: string,
    event: JsonObject,
  ): Promise<number> {
    if (!this.isSubscribed(pageId, name)) return 0;
    const body: Json = {
      object: 'page',
      entry: [{ id: pageId, time: this.clock.now(), ...told(name, event) }],
    };
    const { appSecret } = this.settings;
    const url = this.#app?.callbackUrl ?? '';
    try {
      const { status } = await deliver(url, body, appSecret, this.closing);
      this.settings.log(`webhook ${name} ${status}`);
      return status;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.settings.log(`webhook ${name} LOST: ${reason}`);
      throw error;
    }
  }
}

/** What is not of a conversation comes as a change. */
function told(name: string, event: JsonObject): JsonObject {
  if (name === 'feed') return { changes: [{ field: name, value: event }] };
  return { [name === 'standby' ? 'standby' : 'messaging']: [event] };
}
