// @ts-check
import { element } from './dom.js';
import { pageFace, personaFace } from './faces.js';
import { isSaid, messageElement, showEdit, undelivered } from './message.js';
import { showReaction } from './reactions.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./world.js').Page} Page
 * @typedef {import('./cards.js').Actions} Actions
 */

// Older groups leave the screen, so that a bot under load does not slow it down.
const GROUPS_SHOWN = 300;
// After a silence this long, in milliseconds, the time is written again.
const SILENCE = 15 * 60_000;

/** The messages, grouped by who wrote them, oldest first. */
export class ConversationLog {
  #key = '';
  #lastShown = '';
  #lastAt = 0;
  #lastSender = '';
  /** @type {HTMLElement | null} */
  #lastGroup = null;
  /** @type {HTMLElement | null} */
  #lastOfCustomer = null;
  #seen = element('p', { class: 'seen' }, 'Seen');

  /**
   * @param {HTMLElement} root
   * @param {Actions} actions
   */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
  }

  /**
   * Adds what is new; starts over when it is another conversation or an
   * emulator that was restarted.
   *
   * @param {string} key which conversation this is
   * @param {Entry[]} entries
   * @param {Page} page
   */
  show(key, entries, page) {
    let next =
      entries.findLastIndex((one) => identity(one) === this.#lastShown) + 1;
    if (key !== this.#key || (next === 0 && this.#lastShown !== '')) {
      this.#clear(key);
      next = 0;
    }
    for (const entry of entries.slice(next)) this.#add(entry, page);
    while (this.root.childElementCount > GROUPS_SHOWN) {
      this.root.firstElementChild?.remove();
    }
  }

  /**
   * Says of a message, where it stands here, that the bot has not got it.
   *
   * @param {string} mid
   * @param {string} reason
   */
  markUndelivered(mid, reason) {
    this.#find(mid)?.append(undelivered(reason));
  }

  /** @param {string} mid */
  #find(mid) {
    return this.root.querySelector(`[data-mid="${CSS.escape(mid)}"]`);
  }

  /** @param {string} key */
  #clear(key) {
    this.#key = key;
    this.#lastShown = '';
    this.#lastAt = 0;
    this.#lastSender = '';
    this.#lastGroup = null;
    this.#lastOfCustomer = null;
    this.root.replaceChildren();
  }

  /**
   * @param {Entry} entry
   * @param {Page} page
   */
  #add(entry, page) {
    this.#lastShown = identity(entry);
    if (entry.senderAction === 'mark_seen')
      this.#lastOfCustomer?.after(this.#seen);
    if (entry.reaction) {
      const message = this.#find(entry.reaction.mid);
      if (message) showReaction(message, entry, this.actions);
    }
    if (entry.edit) {
      const message = this.#find(entry.edit.mid);
      if (message) showEdit(message, entry.edit);
    }
    if (!isSaid(entry)) return;
    this.#addTime(entry.at);
    const sender = `${entry.from} ${entry.persona?.id ?? ''} ${entry.app_id ?? ''}`;
    if (this.#lastGroup === null || sender !== this.#lastSender) {
      this.#lastSender = sender;
      this.#lastGroup = group(entry, page);
      this.root.append(this.#lastGroup);
    }
    const message = messageElement(entry, this.actions);
    this.#lastGroup.append(message);
    if (entry.from === 'user') this.#lastOfCustomer = message;
  }

  /** @param {number} at */
  #addTime(at) {
    if (at - this.#lastAt > SILENCE) {
      const time = new Date(at).toLocaleString([], {
        dateStyle: 'medium',
        timeStyle: 'short',
      });
      this.root.append(element('p', { class: 'time' }, time));
      this.#lastGroup = null;
    }
    this.#lastAt = at;
  }
}

/** @param {Entry} entry */
function identity({ from, mid, senderAction, at }) {
  return JSON.stringify([at, from, mid, senderAction]);
}

/**
 * Consecutive messages of one sender: the face and, for a persona, who speaks
 * for whom, stand there once.
 *
 * @param {Entry} entry the first of them
 * @param {Page} page
 */
function group({ from, persona, app_id }, page) {
  if (from === 'user') {
    return element(
      'div',
      { class: 'group group-customer' },
      element('span', { class: 'hidden' }, 'You:'),
    );
  }
  return element(
    'div',
    { class: 'group group-page' },
    persona ? personaFace(persona) : pageFace(page.name),
    (persona ?? app_id)
      ? element(
          'p',
          { class: 'annotation', 'data-testid': 'annotation' },
          element('strong', {}, persona?.name ?? 'A person'),
          ` from ${page.name}`,
        )
      : element('span', { class: 'hidden' }, `${page.name}:`),
  );
}
