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

// Older groups are removed, so that the page stays fast under load.
const GROUPS_SHOWN = 300;
// The time is shown again after a silence of this many milliseconds.
const SILENCE = 15 * 60_000;

/** The messages, grouped by sender, oldest first. */
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
   * Adds new entries; starts over for another conversation or a restarted
   * emulator.
   *
   * @param {string} key identifies the conversation
   * @param {Entry[]} entries
   * @param {Page} page
   * @returns {boolean} whether messages came
   */
  show(key, entries, page) {
    let next =
      entries.findLastIndex((one) => identity(one) === this.#lastShown) + 1;
    if (key !== this.#key || (next === 0 && this.#lastShown !== '')) {
      this.#clear(key);
      next = 0;
    }
    const added = entries.slice(next);
    for (const entry of added) this.#add(entry, page);
    while (this.root.childElementCount > GROUPS_SHOWN) {
      this.root.firstElementChild?.remove();
    }
    return added.some(isSaid);
  }

  /**
   * Marks a message that the bot did not receive.
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
 * Consecutive messages of one sender, with one picture and, for a persona, one
 * annotation.
 *
 * @param {Entry} entry the first message
 * @param {Page} page
 */
function group({ from, persona, app_id }, page) {
  if (from === 'user') {
    return element(
      'div',
      { class: 'group group-mine' },
      element('span', { class: 'hidden' }, 'You:'),
    );
  }
  return element(
    'div',
    { class: 'group group-theirs' },
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
