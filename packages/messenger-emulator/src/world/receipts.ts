import type { Change } from './changes';
import { getProperty, isObject, type JsonObject } from '../values/json';
import type { EntryMessage } from '../types';
import type { World } from './world';

/** If the bot hangs, receipts beyond this many characters are dropped. */
const MAX_WAITING_SIZE = 16 * 1024 * 1024;
/** In characters. */
const RECEIPT_OVERHEAD = 1024;

/** Sends echoes, deliveries and reads to subscribed apps. */
export class Receipts {
  /** The last delivery; they are sent one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #unread = new Set<string>();
  /** The size of the waiting receipts, in characters. */
  #waiting = 0;

  constructor(private readonly world: World) {
    world.changes.subscribe((change) => this.#onChange(change));
  }

  /**
   * The customer has opened the conversation.
   *
   * @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reads
   */
  async read(pageId: string, psid: string, at: number): Promise<void> {
    if (!this.#unread.delete(`${pageId}/${psid}`)) return;
    this.#send(pageId, psid, 'message_reads', {
      sender: { id: psid },
      recipient: { id: pageId },
      timestamp: at,
      read: { watermark: at },
    });
    await this.#last;
  }

  /** Resolves when the bot has answered all echoes and receipts so far. */
  async delivered(): Promise<void> {
    await this.#last;
  }

  #onChange(change: Change): void {
    if (change.type === 'reset') this.#unread.clear();
    if (change.type !== 'entry' || change.entry.from === 'user') return;
    const { pageId, psid } = change;
    const { mid, message, at, app_id } = change.entry;
    if (mid === undefined || !message) return;
    // docs/messenger-facts.md#recipients
    if (change.entry.address === 'user_ref') return;
    if (this.world.webhooks.isSubscribed(pageId, 'message_reads')) {
      this.#unread.add(`${pageId}/${psid}`);
    }
    this.#send(pageId, psid, 'message_echoes', {
      sender: { id: pageId },
      recipient: { id: psid },
      timestamp: at,
      message: {
        is_echo: true,
        app_id: asNumber(app_id ?? this.world.settings.appId),
        mid,
        ...echoOf(message),
      },
    });
    this.#send(pageId, psid, 'message_deliveries', {
      sender: { id: psid },
      recipient: { id: pageId },
      delivery: { mids: [mid], watermark: at },
    });
  }

  #send(pageId: string, psid: string, field: string, event: JsonObject): void {
    const { webhooks, threads } = this.world;
    // Events in another app's conversation are sent as standby.
    const name = threads.isOurs(pageId, psid) ? field : 'standby';
    if (!webhooks.isSubscribed(pageId, field)) return;
    if (!webhooks.isSubscribed(pageId, name)) return;
    const size = JSON.stringify(event).length + RECEIPT_OVERHEAD;
    if (this.#waiting + size > MAX_WAITING_SIZE) return;
    this.#waiting += size;
    // A bot that cannot be reached misses its receipts.
    this.#last = this.#last.then(async () => {
      await webhooks.deliver(pageId, name, event).catch(() => undefined);
      this.#waiting -= size;
    });
  }
}

/** @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes */
function echoOf(message: EntryMessage): JsonObject {
  const { text, metadata, attachment, attachments, sticker_id } = message;
  const attached = [
    ...(isObject(attachment) ? [attachment] : []),
    ...(Array.isArray(attachments) ? attachments.filter(isObject) : []),
    ...(sticker_id === undefined
      ? []
      : [{ type: 'sticker', payload: { sticker_id } }]),
  ];
  return {
    ...(text === undefined ? {} : { text }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(attached.length === 0
      ? {}
      : {
          attachments: attached.map((each) => ({
            type: getProperty(each, 'type'),
            payload: getProperty(each, 'payload'),
          })),
        }),
  };
}

function asNumber(appId: string): number | string {
  return Number.isSafeInteger(Number(appId)) ? Number(appId) : appId;
}
