// @ts-check
import { fetchView } from './emulator.js';

/** @typedef {import('../types').CustomerView} View */

/** What the chosen customer is shown besides the messages, asked for again when it may have changed. */
export class CustomerViews {
  #asked = '';
  #version = 0;
  /** @type {View | undefined} */
  #view;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** The Pages' settings may be others now. */
  outdate() {
    this.#version += 1;
  }

  /**
   * @param {import('./world.js').Conversation} customer
   * @returns {View | undefined} nothing until it is known
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
    // An emulator that is gone sends everything anew when it is back.
    const view = await fetchView(pageId, psid).catch(() => undefined);
    if (!view || asking !== this.#asked) return;
    this.#view = view;
    this.onChange();
  }
}
