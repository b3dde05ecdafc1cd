import { BoundedList } from './boundedList';
import type { Changes } from './changes';
import type { ConversationEntry, ConversationState } from './types';

const ENTRIES_KEPT = 1000;

interface Conversation {
  psid: string;
  pageId: string;
  name: string;
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

  /** Opens the conversation at its first message; a name given later replaces the old one. */
  open(pageId: string, psid: string, name?: string): void {
    const key = keyOf(pageId, psid);
    const known = this.#byKey.get(key);
    if (known && (name === undefined || name === known.name)) return;
    this.#byKey.set(key, {
      psid,
      pageId,
      name: name ?? `Customer ${psid.slice(-4)}`,
      entries: known?.entries ?? new BoundedList(ENTRIES_KEPT),
    });
    this.#tell(pageId, psid);
  }

  exists(pageId: string, psid: string): boolean {
    return this.#byKey.has(keyOf(pageId, psid));
  }

  nameOf(pageId: string, psid: string): string | undefined {
    return this.#byKey.get(keyOf(pageId, psid))?.name;
  }

  /** Adds to an open conversation. */
  add(pageId: string, psid: string, entry: ConversationEntry): void {
    this.#byKey.get(keyOf(pageId, psid))?.entries.push(entry);
    this.changes.emit({ type: 'entry', psid, pageId, entry });
  }

  /** Remembers who ticked a checkbox plugin, so that its `user_ref` can be written to. */
  rememberUserRef(pageId: string, userRef: string, psid: string): void {
    this.#psidByUserRef.set(keyOf(pageId, userRef), psid);
  }

  psidOfUserRef(pageId: string, userRef: string): string | undefined {
    return this.#psidByUserRef.get(keyOf(pageId, userRef));
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
