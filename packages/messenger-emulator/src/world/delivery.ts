import type {
  ActionResult,
  ConversationEntry,
  Referral,
  SayResult,
} from '../types';
import { webhookEventOf, webhookFieldOf } from './webhookEvents';
import { addressOf } from './optIns';
import type { Receipts } from './receipts';
import type { World } from './world';

/** The bot could not be reached. What the customer did stays in the conversation. */
export class UndeliveredError extends Error {
  constructor(
    cause: unknown,
    /** The message that was lost, if it was a message. */
    readonly mid: string | undefined,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Delivers what customers do to the bot, and marks what it did not receive. */
export class Delivery {
  constructor(
    private readonly world: World,
    private readonly receipts: Receipts,
  ) {}

  /** Adds an entry to the conversation and sends it to the bot. */
  async deliver(
    pageId: string,
    psid: string,
    given: ConversationEntry,
  ): Promise<SayResult> {
    const { arrivals, conversations, profiles, threads, webhooks } = this.world;
    webhooks.checkKnown();
    const key = `${pageId}/${psid}`;
    const referral = arrivals.get(key);
    arrivals.delete(key);
    const entry = this.#complete(pageId, psid, given, referral);
    const field = threads.isOurs(pageId, psid)
      ? webhookFieldOf(entry)
      : 'standby';
    conversations.open(pageId, psid);
    await this.receipts.read(pageId, psid, entry.at);
    conversations.add(pageId, psid, entry);
    const event = webhookEventOf(psid, pageId, entry, {
      isStandby: field === 'standby',
      hasNlp: profiles.nlp.has(pageId),
    });
    const markLost = (reason: string) =>
      conversations.markUndelivered(pageId, psid, entry, reason);
    // In another app's thread, the bot only listens.
    if (!webhooks.isSubscribed(pageId, field) && field !== 'standby') {
      markLost(`the bot is not subscribed to ${field}`);
    }
    const status = await webhooks
      .deliver(pageId, field, event, markLost)
      .catch((error: unknown) => {
        throw new UndeliveredError(error, entry.mid);
      });
    return { status, mid: entry.mid ?? '' };
  }

  /** Adds and sends an action that is not a message. */
  async act(
    pageId: string,
    psid: string,
    what: Partial<ConversationEntry>,
  ): Promise<ActionResult> {
    const entry = {
      from: 'user',
      persona: null,
      at: this.world.clock.now(),
      ...what,
    } as const;
    const { status } = await this.deliver(pageId, psid, entry);
    return { status };
  }

  /** Adds the pending referral to a postback, and the expiry to an opt-in's token. */
  #complete(
    pageId: string,
    psid: string,
    entry: ConversationEntry,
    referral: Referral | undefined,
  ): ConversationEntry {
    if (entry.postback && referral) {
      return { ...entry, postback: { ...entry.postback, referral } };
    }
    const given = entry.optin && addressOf(entry.optin);
    if (!entry.optin || !given) return entry;
    const { kind, value } = given;
    const { addresses } = this.world;
    const until = addresses.add(pageId, kind, value, psid, entry.at);
    return kind === 'notification_messages_token'
      ? { ...entry, optin: { ...entry.optin, token_expiry_timestamp: until } }
      : entry;
  }
}
