import type {
  ConversationEntry,
  ConversationState,
  PersonaState,
  RequestRow,
} from '../types';

/** Something that became different in the emulated world. */
export type Change =
  | { type: 'entry'; psid: string; pageId: string; entry: ConversationEntry }
  /** The bot has not got what a customer said. */
  | {
      type: 'undelivered';
      psid: string;
      pageId: string;
      mid: string;
      reason: string;
    }
  | { type: 'conversation'; conversation: Omit<ConversationState, 'entries'> }
  | { type: 'reset' }
  /** What customers of the Page are shown may have changed. */
  | { type: 'profile'; pageId: string }
  | { type: 'persona'; persona: PersonaState }
  | { type: 'request'; request: RequestRow };

/** Tells listeners of each change, in order, as it happens. */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** @returns a function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
