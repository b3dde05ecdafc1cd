// @ts-check
import { post } from './api.js';

// Messenger shows the typing indicator for 20 seconds: it is renewed before that.
const RENEWAL_MS = 10_000;
// After this long without a key, typing has stopped.
const IDLE_MS = 4000;

/** Tells the customer when the agent begins to type, goes on, and stops. */
export class TypingNotifier {
  #psid = '';
  #saidAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  /**
   * @param {string} psid
   * @param {boolean} hasText
   */
  typed(psid, hasText) {
    if (psid !== this.#psid) this.stop();
    this.#psid = psid;
    if (!hasText) return this.stop();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
    if (performance.now() - this.#saidAt < RENEWAL_MS) return;
    this.#saidAt = performance.now();
    this.#say(true);
  }

  stop() {
    if (this.#saidAt > -Infinity) this.#say(false);
    this.sent();
  }

  /** The message itself ends the indicator. */
  sent() {
    clearTimeout(this.#idle);
    this.#saidAt = -Infinity;
  }

  /** @param {boolean} isTyping */
  #say(isTyping) {
    // The indicator is not worth an error.
    post('typing', { psid: this.#psid, isTyping }).catch(() => {});
  }
}
