// @ts-check
import { element, imageUrl } from './dom.js';
import { isSaid } from './message.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./cards.js').Actions} Actions
 */

// Messenger fills these two in from the customer's profile.
/** @type {Record<string, string>} */
const FROM_PROFILE = {
  user_email: 'customer@example.com',
  user_phone_number: '+15550100',
};

/** Of a title that the bot gives: docs/messenger-facts.md#quick-replies */
const LONGEST_TITLE = 20;

/** The quick replies of the last message; gone once anyone has written again. */
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
 * As Messenger shows a title that is too long; pressed, it is said whole.
 *
 * @param {string} title
 */
function cut(title) {
  const characters = [...title];
  return characters.length > LONGEST_TITLE
    ? `${characters.slice(0, LONGEST_TITLE).join('')}…`
    : title;
}
