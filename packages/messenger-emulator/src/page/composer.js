// @ts-check

// Drafts of conversations that are not shown; older ones are dropped.
const DRAFTS_KEPT = 200;

/**
 * Sends on Enter; Shift+Enter inserts a line break. Each conversation has its own
 * draft. A text that could not be sent is put back, before text that was typed
 * since then.
 */
export class Composer {
  /** @type {Map<string, string>} by conversation */
  #drafts = new Map();
  #key = '';

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLTextAreaElement} input
   * @param {(text: string) => Promise<boolean>} send resolves with whether the
   *   text was sent
   */
  constructor(form, input, send) {
    this.input = input;
    input.addEventListener('keydown', (event) => {
      // During composition, Enter belongs to the input method.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text === '') return;
      const key = this.#key;
      input.value = '';
      if (!(await send(text))) this.#putBack(key, text);
    });
  }

  /**
   * Shows the draft of another conversation.
   *
   * @param {string} key identifies the conversation; empty before there is one
   */
  show(key) {
    if (key === this.#key) return;
    const isFirst = this.#key === '';
    if (!isFirst) this.#keep(this.#key, this.input.value);
    this.#key = key;
    // What was typed before anything was shown is for the first conversation.
    if (!isFirst) this.input.value = this.#drafts.get(key) ?? '';
  }

  /** Forgets all drafts. */
  clear() {
    this.#drafts.clear();
    this.input.value = '';
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  #putBack(key, text) {
    const isShown = key === this.#key;
    const typed = isShown ? this.input.value : this.#drafts.get(key);
    const draft = [text, typed].filter(Boolean).join('\n');
    if (isShown) this.input.value = draft;
    else this.#keep(key, draft);
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  #keep(key, text) {
    this.#drafts.delete(key);
    if (text !== '') this.#drafts.set(key, text);
    const [oldest] = this.#drafts.keys();
    if (oldest !== undefined && this.#drafts.size > DRAFTS_KEPT) {
      this.#drafts.delete(oldest);
    }
  }
}
