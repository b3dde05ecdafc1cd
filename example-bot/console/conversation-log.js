// @ts-check
import { element } from './page/dom.js';
import { pageFace, personaFace } from './page/faces.js';
import { picture } from './page/pictures.js';
import { clock } from './times.js';

/**
 * @typedef {import('./api.js').Entry} Entry
 * @typedef {import('./api.js').Summary} Summary
 */

// The time is shown again after a silence of this many milliseconds.
const SILENCE = 15 * 60_000;

/** @type {Record<string, string>} */
const STATUS = {
  sending: 'Sending…',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Seen',
};

const PICTURE = { class: 'photo', alt: 'Picture' };

/** What was said, oldest first: the customer on the left, the bot and humans on the right. */
export class ConversationLog {
  #psid = '';
  /** @type {Map<number, { entry: Entry, shown: HTMLElement }>} by ID */
  #shown = new Map();
  /** @type {{ sender: string, at: number, element: HTMLElement } | null} */
  #lastGroup = null;
  #lastId = 0;

  /**
   * @param {HTMLElement} root
   * @param {(id: number) => void} onAgain sends a failed message again
   */
  constructor(root, onAgain) {
    this.root = root;
    this.onAgain = onAgain;
  }

  /**
   * @param {Summary} conversation
   * @param {Entry[]} entries
   * @param {(name: string | null) => string | null} pictureOf of an agent
   * @returns {boolean} whether entries came
   */
  show(conversation, entries, pictureOf) {
    const isOther = conversation.psid !== this.#psid;
    const isOld = (/** @type {Entry} */ { id }) =>
      id <= this.#lastId && !this.#shown.has(id);
    const isRenamed = (/** @type {Entry} */ { id, name }) =>
      this.#shown.has(id) && this.#shown.get(id)?.entry.name !== name;
    if (isOther || entries.some(isOld) || entries.some(isRenamed)) {
      this.#clear(conversation.psid);
    }
    const kept = new Set(entries.map(({ id }) => id));
    for (const id of this.#shown.keys()) if (!kept.has(id)) this.#remove(id);
    let isNewer = false;
    for (const entry of entries) {
      const known = this.#shown.get(entry.id);
      if (known?.entry.revision === entry.revision) continue;
      if (known) this.#replace(known.shown, entry);
      else {
        this.#add(entry, conversation.name, pictureOf);
        isNewer = true;
      }
    }
    this.#markLast(entries);
    return isNewer;
  }

  /** @param {string} psid */
  #clear(psid) {
    this.#psid = psid;
    this.#shown.clear();
    this.#lastGroup = null;
    this.#lastId = 0;
    this.root.replaceChildren();
  }

  /** @param {number} id */
  #remove(id) {
    const element = this.#shown.get(id)?.shown;
    const group = element?.parentElement;
    element?.remove();
    if (group !== this.root && !group?.querySelector('.message'))
      group?.remove();
    this.#shown.delete(id);
  }

  /**
   * @param {HTMLElement} old
   * @param {Entry} entry
   */
  #replace(old, entry) {
    const shown = this.#message(entry);
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(shown);
    if (hadFocus) shown.querySelector('button')?.focus();
    this.#shown.set(entry.id, { entry, shown });
  }

  /**
   * @param {Entry} entry
   * @param {string} customer
   * @param {(name: string | null) => string | null} pictureOf
   */
  #add(entry, customer, pictureOf) {
    const shown = this.#message(entry);
    const sender = `${entry.from} ${entry.name}`;
    const isSameGroup =
      entry.from !== 'event' &&
      this.#lastGroup?.sender === sender &&
      entry.at - this.#lastGroup.at < SILENCE;
    if (entry.from === 'event') {
      this.#lastGroup = null;
      this.root.append(shown);
    } else if (isSameGroup && this.#lastGroup) {
      this.#lastGroup.at = entry.at;
      this.#lastGroup.element.append(shown);
    } else {
      const group = groupOf(entry, customer, pictureOf(entry.name));
      group.append(shown);
      this.root.append(group);
      this.#lastGroup = { sender, at: entry.at, element: group };
    }
    this.#lastId = Math.max(this.#lastId, entry.id);
    this.#shown.set(entry.id, { entry, shown });
  }

  /** Only the last message of an agent shows how far it came. @param {Entry[]} entries */
  #markLast(entries) {
    const last = entries.findLast(({ status }) => status !== undefined);
    const marked = this.root.querySelectorAll('.delivery[data-shown]');
    for (const one of marked) one.removeAttribute('data-shown');
    const shown = this.#shown.get(last?.id ?? 0)?.shown;
    shown?.querySelector('.delivery')?.setAttribute('data-shown', 'true');
  }

  /** @param {Entry} entry */
  #message(entry) {
    const { from, text, status, reason, id, at } = entry;
    if (from === 'event') {
      return element('p', { class: 'time' }, `${text} · ${clock(at)}`);
    }
    return element(
      'div',
      {
        class: 'message',
        title: new Date(at).toLocaleString(),
        'data-from': from,
        'data-status': status ?? '',
      },
      text ? element('p', { class: 'bubble', dir: 'auto' }, text) : null,
      entry.picture
        ? picture(addressOf(entry.picture), PICTURE, () =>
            element('p', { class: 'bubble' }, '[picture]'),
          )
        : null,
      status === 'failed'
        ? element(
            'p',
            { class: 'undelivered' },
            `Not sent: ${reason ?? 'unknown'} `,
            this.#againButton(id),
          )
        : null,
      status && STATUS[status]
        ? element(
            'span',
            { class: 'delivery', 'data-status': status },
            STATUS[status],
          )
        : null,
    );
  }

  /** @param {number} id */
  #againButton(id) {
    const button = element(
      'button',
      { type: 'button', class: 'again' },
      'Send again',
    );
    button.addEventListener('click', () => this.onAgain(id));
    return button;
  }
}

/**
 * Our own pictures have an address relative to the console.
 *
 * @param {string} address
 */
function addressOf(address) {
  return URL.canParse(address, location.href)
    ? new URL(address, location.href).href
    : null;
}

/**
 * Consecutive messages of one sender, with a picture, a name and a time.
 *
 * @param {Entry} entry the first message
 * @param {string} customer
 * @param {string | null} pictureUrl
 */
function groupOf({ from, name, at }, customer, pictureUrl) {
  const who = from === 'customer' ? customer : (name ?? 'The bot');
  const kind = from === 'bot' && name !== null ? ' (bot)' : '';
  const face =
    from === 'bot' && name === null
      ? pageFace(who)
      : personaFace({ name: who, profile_picture_url: pictureUrl });
  const annotation = element(
    'p',
    { class: 'annotation' },
    element('strong', { dir: 'auto' }, who),
    `${kind} · ${clock(at)}`,
  );
  const side = from === 'customer' ? 'group-theirs' : 'group-mine';
  return element(
    'div',
    { class: `group ${side} group-${from}` },
    from === 'customer' ? face : null,
    annotation,
  );
}
