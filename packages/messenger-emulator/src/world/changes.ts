import type {
  ConversationEntry,
  ConversationState,
  PersonaState,
  RequestRow,
} from '../types';

/** A change of the emulator's state. */
export type Change =
  | { type: 'entry'; psid: string; pageId: string; entry: ConversationEntry }
  /** The bot did not receive a customer's message. */
  | {
      type: 'undelivered';
      psid: string;
      pageId: string;
      mid: string;
      reason: string;
    }
  | { type: 'conversation'; conversation: Omit<ConversationState, 'entries'> }
  | { type: 'reset' }
  /** What the Page's customers see may have changed. */
  | { type: 'profile'; pageId: string }
  | { type: 'persona'; persona: PersonaState }
  | { type: 'request'; request: RequestRow };

/** Notifies listeners of each change, synchronously and in order. */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** @returns a function that ends the subscription */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
