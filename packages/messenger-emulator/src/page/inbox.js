// @ts-check
import { Composer } from './composer.js';
import { part } from './dom.js';
import { useInbox } from './emulator.js';
import { attempt } from './notice.js';

/**
 * @typedef {import('./world.js').Customer} Customer
 */

/** The app ID of every Page's inbox. */
const PAGE_INBOX = '263902037430900';

/** The Page's inbox, where a person answers instead of the bot. */
export class Inbox {
  #summary = part('inbox-summary', HTMLElement);
  #owner = part('inbox-owner', HTMLButtonElement);
  #composer;

  /** @param {() => Customer} customer the selected customer */
  constructor(customer) {
    this.customer = customer;
    this.#composer = new Composer(
      part('inbox', HTMLFormElement),
      part('inbox-input', HTMLTextAreaElement),
      (text) => attempt(() => this.#use('answer', text)),
    );
    this.#owner.addEventListener('click', () => {
      void attempt(() => this.#use(this.#isTaken() ? 'pass' : 'take'));
    });
  }

  show() {
    const { pageId, psid } = this.customer();
    this.#composer.show(pageId && `${pageId} ${psid}`);
    const isTaken = this.#isTaken();
    this.#summary.textContent = isTaken
      ? 'Page inbox: a person controls this conversation, and the bot is on standby'
      : 'Page inbox: the bot, as the default app, controls this conversation';
    this.#owner.textContent = isTaken
      ? 'Pass control to the bot'
      : 'Take control';
  }

  #isTaken() {
    return this.customer().threadOwner === PAGE_INBOX;
  }

  /**
   * @param {'take' | 'answer' | 'pass'} action
   * @param {string} [text]
   */
  #use(action, text) {
    const { pageId, psid } = this.customer();
    return useInbox({ pageId, psid, action, text });
  }
}
