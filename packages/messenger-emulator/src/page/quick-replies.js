// @ts-check
import { element, imageUrl } from './dom.js';
import { isSaid } from './message.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./cards.js').Actions} Actions
 */

// In Messenger, the customer's profile provides the values for these two.
/** @type {Record<string, string>} */
const FROM_PROFILE = {
  user_email: 'customer@example.com',
  user_phone_number: '+15550100',
};

/** The limit for the bot's titles: docs/messenger-facts.md#quick-replies */
const MAX_TITLE_LENGTH = 20;

/** The quick replies of the last message; removed with the next message. */
export class QuickReplies {
  #shown = '[]';

  /**
   * @param {HTMLElement} root
   * @param {Actions} actions
   */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
  }

  /** @param {Entry[]} entries */
  show(entries) {
    const last = entries.findLast(isSaid);
    const offered =
      last?.from === 'user' ? [] : listOf(last?.message?.quick_replies);
    const showing = JSON.stringify(offered);
    if (showing === this.#shown) return;
    this.#shown = showing;
    this.root.replaceChildren(
      ...offered.map((one) => quickReply(recordOf(one), this.actions)),
    );
  }
}

/**
 * @param {Record<string, unknown>} offered
 * @param {Actions} actions
 */
function quickReply(offered, { press }) {
  const known = FROM_PROFILE[textOf(offered.content_type)];
  const title = known ?? textOf(offered.title);
  const icon = imageUrl(offered.image_url);
  const button = element(
    'button',
    { type: 'button', class: 'quick-reply', 'data-testid': 'quick-reply' },
    icon && element('img', { alt: '', src: icon }),
    known ?? cut(title),
  );
  button.addEventListener('click', () =>
    press({ payload: known ?? textOf(offered.payload), title }),
  );
  return button;
}

/**
 * Truncates a long title, like Messenger; the whole title is sent.
 *
 * @param {string} title
 */
function cut(title) {
  const characters = [...title];
  return characters.length > MAX_TITLE_LENGTH
    ? `${characters.slice(0, MAX_TITLE_LENGTH).join('')}…`
    : title;
}
