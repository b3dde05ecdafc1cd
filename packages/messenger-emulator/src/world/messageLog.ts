import type { ConversationEntry } from '../types';

const KEPT_IN_ONE = 1000;
/** For all conversations together, in characters of JSON: a state must fit into one answer. */
const CHARACTERS_KEPT = 32 * 1024 * 1024;

/**
 * Keeps the latest entries of all conversations, bounded by size as well as by
 * number, because a message may be as large as a request.
 */
export class MessageLog {
  /** Oldest first, including entries that were dropped. */
  #order: { list: ConversationEntry[]; entry: ConversationEntry }[] = [];
  /** The sizes of the kept entries. */
  readonly #sizes = new Map<ConversationEntry, number>();
  #characters = 0;

  add(list: ConversationEntry[], entry: ConversationEntry): void {
    const size = JSON.stringify(entry).length;
    list.push(entry);
    this.#order.push({ list, entry });
    this.#sizes.set(entry, size);
    this.#characters += size;
    if (list.length > KEPT_IN_ONE) this.#forgetFirst(list);
    let forgotten = 0;
    while (this.#characters > CHARACTERS_KEPT) {
      const oldest = this.#order[forgotten++];
      if (oldest && this.#sizes.has(oldest.entry)) {
        this.#forgetFirst(oldest.list);
      }
    }
    if (forgotten > 0) this.#order.splice(0, forgotten);
    // Trims rarely, so that adding is cheap on average.
    if (this.#order.length > 2 * this.#sizes.size + KEPT_IN_ONE) {
      this.#order = this.#order.filter((each) => this.#sizes.has(each.entry));
    }
  }

  clear(): void {
    this.#order = [];
    this.#sizes.clear();
    this.#characters = 0;
  }

  #forgetFirst(list: ConversationEntry[]): void {
    const entry = list.shift();
    if (!entry) return;
    this.#characters -= this.#sizes.get(entry) ?? 0;
    this.#sizes.delete(entry);
  }
}
