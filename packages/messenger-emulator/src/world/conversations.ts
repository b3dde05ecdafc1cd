import type { Changes } from './changes';
import { getProperty, isObject, toText } from '../values/json';
import { BoundedMap } from '../values/boundedMap';
import { MessageLog } from './messageLog';
import type { Threads } from './threads';
import type { ConversationEntry, ConversationState } from '../types';

const CONVERSATIONS_KEPT = 10_000;

interface Conversation {
  psid: string;
  pageId: string;
  name: string;
  /** A PSID exists for a Page once it has written to it. */
  hasWritten: boolean;
  /** When the customer last opened the messaging window, in milliseconds since the epoch. */
  windowOpenedAt: number | undefined;
  entries: ConversationEntry[];
}

export interface OfferedQuickReply {
  contentType: string;
  title: string;
  /** Empty for quick replies that ask for an email address or a phone number. */
  payload: string;
}

/** All conversations of customers with Pages. */
export class Conversations {
  readonly #byKey = new BoundedMap<Conversation>(CONVERSATIONS_KEPT);
  readonly #entries = new MessageLog();
  readonly #european = new BoundedMap<true>(CONVERSATIONS_KEPT);

  constructor(
    private readonly initiallyEuropean: readonly string[],
    private readonly threads: Threads,
    private readonly changes: Changes,
  ) {
    for (const psid of initiallyEuropean) this.#european.set(psid, true);
  }

  /** Opens the conversation, or renames its customer. */
  open(pageId: string, psid: string, name?: string): void {
    const key = keyOf(pageId, psid);
    const known = this.#byKey.get(key);
    if (known && (name === undefined || name === known.name)) return;
    this.#byKey.set(key, {
      psid,
      pageId,
      name: name ?? defaultName(psid),
      hasWritten: known?.hasWritten ?? false,
      windowOpenedAt: known?.windowOpenedAt,
      entries: known?.entries ?? [],
    });
    this.emitChange(pageId, psid);
  }

  hasWritten(pageId: string, psid: string): boolean {
    return this.#byKey.get(keyOf(pageId, psid))?.hasWritten ?? false;
  }

  windowOpenedAt(pageId: string, psid: string): number | undefined {
    return this.#byKey.get(keyOf(pageId, psid))?.windowOpenedAt;
  }

  /** The number of customers who have written to the Page. */
  countCustomers(pageId: string): number {
    let people = 0;
    for (const each of this.#byKey.values()) {
      if (each.pageId === pageId && each.hasWritten) people += 1;
    }
    return people;
  }

  nameOf(pageId: string, psid: string): string | undefined {
    return this.#byKey.get(keyOf(pageId, psid))?.name;
  }

  /** Adds an entry to an open conversation. */
  add(pageId: string, psid: string, entry: ConversationEntry): void {
    const conversation = this.#byKey.get(keyOf(pageId, psid));
    if (conversation) this.#entries.add(conversation.entries, entry);
    // A ticked checkbox does not identify the customer.
    const isKnown = entry.optin?.user_ref === undefined;
    if (conversation && entry.from === 'user' && isKnown) {
      conversation.hasWritten = true;
      if (opensWindow(entry)) conversation.windowOpenedAt = entry.at;
    }
    this.changes.emit({ type: 'entry', psid, pageId, entry });
  }

  /** Marks an entry that the bot did not receive. */
  markUndelivered(
    pageId: string,
    psid: string,
    entry: ConversationEntry,
    reason: string,
  ): void {
    entry.undelivered = reason;
    const { mid } = entry;
    if (mid === undefined) return;
    this.changes.emit({ type: 'undelivered', psid, pageId, mid, reason });
  }

  /** Finds a message by its ID. */
  message(
    pageId: string,
    mid: string,
  ): { psid: string; entry: ConversationEntry } | undefined {
    for (const conversation of this.ofPage(pageId)) {
      const entry = conversation.entries.find((each) => each.mid === mid);
      if (entry) return { psid: conversation.psid, entry };
    }
    return undefined;
  }

  /** The edits of a message, oldest first. */
  editsOf(
    pageId: string,
    psid: string,
    mid: string,
  ): NonNullable<ConversationEntry['edit']>[] {
    const entries = this.#byKey.get(keyOf(pageId, psid))?.entries ?? [];
    return entries.flatMap(({ edit }) => (edit?.mid === mid ? [edit] : []));
  }

  /** The conversations with a message of the customer, latest first. */
  ofPage(
    pageId: string,
  ): { psid: string; name: string; entries: readonly ConversationEntry[] }[] {
    return [...this.#byKey.values()]
      .filter((each) => each.pageId === pageId && each.hasWritten)
      .sort(
        (a, b) => (b.entries.at(-1)?.at ?? 0) - (a.entries.at(-1)?.at ?? 0),
      );
  }

  /** The quick replies that the last message to a customer offers. */
  offeredQuickReplies(pageId: string, psid: string): OfferedQuickReply[] {
    const entries = this.#byKey.get(keyOf(pageId, psid))?.entries ?? [];
    const last = entries.findLast(
      ({ senderAction, edit }) => senderAction === undefined && !edit,
    );
    const offered =
      last?.from === 'user' ? undefined : last?.message?.quick_replies;
    return (Array.isArray(offered) ? offered : []).flatMap((quickReply) => {
      if (!isObject(quickReply)) return [];
      const title = toText(getProperty(quickReply, 'title')) ?? '';
      const payload = toText(getProperty(quickReply, 'payload')) ?? '';
      const contentType = (
        toText(getProperty(quickReply, 'content_type')) ?? ''
      ).toLowerCase();
      return [{ contentType, title, payload }];
    });
  }

  /** Deletes everything except the customers of the option `european`. */
  clear(): void {
    this.#byKey.clear();
    this.#entries.clear();
    this.#european.clear();
    for (const psid of this.initiallyEuropean) this.#european.set(psid, true);
  }

  isEuropean(psid: string): boolean {
    return this.#european.has(psid);
  }

  setEuropean(psid: string, european: boolean): void {
    if (european) this.#european.set(psid, true);
    else this.#european.delete(psid);
    for (const conversation of this.#byKey.values()) {
      if (conversation.psid === psid)
        this.emitChange(conversation.pageId, psid);
    }
  }

  state(): ConversationState[] {
    return [...this.#byKey.values()].map(({ psid, pageId, name, entries }) => ({
      psid,
      pageId,
      name,
      european: this.isEuropean(psid),
      threadOwner: this.threads.owner(pageId, psid),
      entries: [...entries],
    }));
  }

  /** Notifies listeners of a conversation's details, without its entries. */
  emitChange(pageId: string, psid: string): void {
    const name = this.nameOf(pageId, psid) ?? '';
    const european = this.isEuropean(psid);
    const threadOwner = this.threads.owner(pageId, psid);
    this.changes.emit({
      type: 'conversation',
      conversation: { psid, pageId, name, european, threadOwner },
    });
  }
}

/** The name of a customer without a given name. */
export function defaultName(psid: string): string {
  return `Customer ${psid.slice(-4)}`;
}

/** docs/messenger-facts.md#messaging-window */
function opensWindow(entry: ConversationEntry): boolean {
  const { optin, account_linking, edit } = entry;
  return optin?.type === undefined && !account_linking && !edit;
}

function keyOf(pageId: string, id: string): string {
  return `${pageId}/${id}`;
}
