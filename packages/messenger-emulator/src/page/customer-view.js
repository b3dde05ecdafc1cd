// @ts-check
import { fetchView } from './emulator.js';

/** @typedef {import('../types').CustomerView} View */

/** What the selected customer sees besides messages; fetched again when it may have changed. */
export class CustomerViews {
  #asked = '';
  #version = 0;
  /** @type {View | undefined} */
  #view;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** Call when the settings of a Page may have changed. */
  invalidate() {
    this.#version += 1;
  }

  /**
   * @param {import('./world.js').Conversation} customer
   * @returns {View | undefined} undefined until it was fetched
   */
  of({ pageId, psid, entries }) {
    const hasWritten = entries.some(({ from }) => from === 'user');
    const asking = JSON.stringify([pageId, psid, hasWritten, this.#version]);
    if (pageId !== '' && asking !== this.#asked) {
      this.#asked = asking;
      void this.#ask(pageId, psid, asking);
    }
    const view = this.#view;
    return view?.psid === psid && view.pageId === pageId ? view : undefined;
  }

  /**
   * @param {string} pageId
   * @param {string} psid
   * @param {string} asking
   */
  async #ask(pageId, psid, asking) {
    // When the emulator is back, it sends the whole state again.
    const view = await fetchView(pageId, psid).catch(() => undefined);
    if (!view || asking !== this.#asked) return;
    this.#view = view;
    this.onChange();
  }
}
