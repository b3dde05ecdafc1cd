import { BoundedList } from '../values/boundedList';
import type { Changes } from './changes';
import { field, isObject, textOf } from '../values/json';
import type { ConversationEntry, ConversationState } from '../types';

const ENTRIES_KEPT = 1000;

interface Conversation {
  psid: string;
  pageId: string;
  name: string;
  /** A PSID exists for a Page once it has written to it. */
  hasWritten: boolean;
  entries: BoundedList<ConversationEntry>;
}

/** Who has written to which Page, and all that was said. */
export class Conversations {
  readonly #byKey = new Map<string, Conversation>();
  readonly #psidByUserRef = new Map<string, string>();
  readonly #european: Set<string>;

  constructor(
    european: readonly string[],
    private readonly changes: Changes,
  ) {
    this.#european = new Set(european);
  }

  /** Opens the conversation, or gives its customer another name. */
  open(pageId: string, psid: string, name?: string): void {
    const key = keyOf(pageId, psid);
    const known = this.#byKey.get(key);
    if (known && (name === undefined || name === known.name)) return;
    this.#byKey.set(key, {
      psid,
      pageId,
      name: name ?? `Customer ${psid.slice(-4)}`,
      hasWritten: known?.hasWritten ?? false,
      entries: known?.entries ?? new BoundedList(ENTRIES_KEPT),
    });
    this.#tell(pageId, psid);
  }

  hasWritten(pageId: string, psid: string): boolean {
    return this.#byKey.get(keyOf(pageId, psid))?.hasWritten ?? false;
  }

  nameOf(pageId: string, psid: string): string | undefined {
    return this.#byKey.get(keyOf(pageId, psid))?.name;
  }

  /** Adds to an open conversation. */
  add(pageId: string, psid: string, entry: ConversationEntry): void {
    const conversation = this.#byKey.get(keyOf(pageId, psid));
    conversation?.entries.push(entry);
    // Ticking a checkbox does not yet show who did it.
    if (conversation && entry.from === 'user' && !entry.optin) {
      conversation.hasWritten = true;
    }
    this.changes.emit({ type: 'entry', psid, pageId, entry });
  }

  /** Remembers who ticked a checkbox plugin, so that its `user_ref` can be written to. */
  rememberUserRef(pageId: string, userRef: string, psid: string): void {
    this.#psidByUserRef.set(keyOf(pageId, userRef), psid);
  }

  psidOfUserRef(pageId: string, userRef: string): string | undefined {
    return this.#psidByUserRef.get(keyOf(pageId, userRef));
  }

  /** The quick replies that the last message to a customer offers. */
  offeredQuickReplies(
    pageId: string,
    psid: string,
  ): { title: string; payload: string }[] {
    const entries =
      this.#byKey.get(keyOf(pageId, psid))?.entries.latest() ?? [];
    const last = entries.findLast((entry) => entry.senderAction === undefined);
    const offered =
      last?.from === 'user' ? undefined : last?.message?.quick_replies;
    return (Array.isArray(offered) ? offered : []).flatMap((quickReply) => {
      if (!isObject(quickReply)) return [];
      const title = textOf(field(quickReply, 'title')) ?? '';
      const payload = textOf(field(quickReply, 'payload')) ?? '';
      return [{ title, payload }];
    });
  }

  isEuropean(psid: string): boolean {
    return this.#european.has(psid);
  }

  setEuropean(psid: string, european: boolean): void {
    if (european) this.#european.add(psid);
    else this.#european.delete(psid);
    for (const conversation of this.#byKey.values()) {
      if (conversation.psid === psid) this.#tell(conversation.pageId, psid);
    }
  }

  state(): ConversationState[] {
    return [...this.#byKey.values()].map(({ psid, pageId, name, entries }) => ({
      psid,
      pageId,
      name,
      european: this.isEuropean(psid),
      entries: entries.latest(),
    }));
  }

  #tell(pageId: string, psid: string): void {
    const name = this.nameOf(pageId, psid) ?? '';
    const european = this.isEuropean(psid);
    this.changes.emit({
      type: 'conversation',
      conversation: { psid, pageId, name, european },
    });
  }
}

function keyOf(pageId: string, id: string): string {
  return `${pageId}/${id}`;
}
