import { evictOldest } from '../util/evictOldest';

const MAX_MESSAGES = 10_000;
const MAX_APPS = 100;

/**
 * The app of the inbox of every Page.
 *
 * @see docs/messenger-facts.md
 */
const INBOX = '263902037430900';

/** Tells echoes of this bot's messages from those of people, who use another app or the Page's inbox. */
export class OwnApps {
  /** IDs of messages that this process has sent: their echoes name the bot's app. */
  private readonly messages = new Set<string>();
  private readonly apps = new Set<string>();

  sent(messageId: string): void {
    this.messages.add(messageId);
    evictOldest(this.messages, MAX_MESSAGES);
  }

  /**
   * Whether another app has sent the message of an echo. As long as this bot's own
   * app is not known, only the inbox counts as another one.
   *
   * @param configured the bot's app, where the bot says which it is
   */
  isOther(
    messageId: unknown,
    app: string | undefined,
    configured: string | undefined,
  ): boolean {
    if (app === undefined) return !this.isSent(messageId);
    if (this.isSent(messageId)) {
      this.apps.add(app);
      evictOldest(this.apps, MAX_APPS);
      return false;
    }
    if (configured !== undefined) return app !== configured;
    return this.apps.size > 0 ? !this.apps.has(app) : app === INBOX;
  }

  private isSent(messageId: unknown): boolean {
    return typeof messageId === 'string' && this.messages.has(messageId);
  }
}
