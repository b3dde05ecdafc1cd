// @ts-check
import { element } from './page/dom.js';
import { personaFace } from './page/faces.js';
import { duration } from './times.js';

/**
 * @typedef {import('./api.js').Summary} Summary
 * @typedef {import('./desk-state.js').DeskState} DeskState
 */

/** The customers, by who has them. Rows stay, so that the keyboard's focus does, too. */
export class CustomerList {
  /** @type {Map<string, { row: HTMLElement, button: HTMLButtonElement, shown: string }>} by PSID */
  #rows = new Map();
  #groups;

  /**
   * @param {HTMLElement} root
   * @param {(psid: string) => void} onOpen
   */
  constructor(root, onOpen) {
    this.onOpen = onOpen;
    this.#groups = ['Waiting', 'Yours', 'With colleagues', 'With the bot'].map(
      (title) => {
        const heading = element('h3', {}, title);
        const rows = element('ul', { class: 'rows' });
        const section = element('section', {}, heading, rows);
        root.append(section);
        return { title, section, heading, rows };
      },
    );
  }

  /** @param {DeskState} desk */
  show(desk) {
    const focused = document.activeElement;
    const lists = [desk.waiting, desk.mine, desk.withColleagues, desk.withBot];
    this.#groups.forEach(({ title, section, heading, rows }, index) => {
      const list = lists[index] ?? [];
      section.hidden = list.length === 0;
      heading.textContent = `${title} (${list.length})`;
      const shown = list.map((one) => this.#row(one, desk));
      // Moved only if the order differs.
      const isSame =
        rows.childElementCount === shown.length &&
        shown.every((row, at) => rows.children[at] === row);
      if (!isSame) rows.replaceChildren(...shown);
    });
    for (const psid of this.#rows.keys()) {
      if (!desk.conversations.has(psid)) this.#rows.delete(psid);
    }
    if (focused instanceof HTMLElement && focused.matches('.customer')) {
      focused.focus();
    }
  }

  /** @param {string} psid */
  focus(psid) {
    this.#rows.get(psid)?.button.focus();
  }

  /**
   * @param {Summary} conversation
   * @param {DeskState} desk
   */
  #row(conversation, desk) {
    const { psid } = conversation;
    const known = this.#rows.get(psid) ?? this.#newRow(psid);
    const { button, row } = known;
    button.setAttribute('aria-current', String(psid === desk.psid));
    const side = sideOf(conversation, desk);
    const shown = JSON.stringify([conversation, side]);
    if (shown === known.shown) return row;
    known.shown = shown;
    const { name, last, agentId } = conversation;
    const unread = agentId === desk.me?.id ? conversation.unread : 0;
    const sender = last?.from === 'customer' ? '' : 'Us: ';
    button.replaceChildren(
      personaFace({ name, profile_picture_url: null }),
      element(
        'span',
        { class: 'customer-who' },
        element('strong', { dir: 'auto' }, name),
        element(
          'span',
          { class: 'customer-preview', dir: 'auto' },
          last ? sender + last.text : '',
        ),
      ),
      element(
        'span',
        { class: 'customer-side' },
        element('span', {}, side),
        unread > 0
          ? element(
              'span',
              { class: 'unread' },
              String(unread),
              element('span', { class: 'hidden' }, ' unread'),
            )
          : null,
      ),
    );
    return row;
  }

  /** @param {string} psid */
  #newRow(psid) {
    const button = element('button', {
      type: 'button',
      class: 'customer',
      'data-psid': psid,
    });
    button.addEventListener('click', () => this.onOpen(psid));
    const made = { row: element('li', {}, button), button, shown: '' };
    this.#rows.set(psid, made);
    return made;
  }
}

/**
 * How long the customer has been waiting, or who has the customer.
 *
 * @param {Summary} conversation
 * @param {DeskState} desk
 */
function sideOf({ waitingSince, agentId, last }, desk) {
  if (waitingSince !== null) return duration(desk.now - waitingSince);
  if (agentId === null || agentId === desk.me?.id) {
    return last ? duration(desk.now - last.at) : '';
  }
  const agent = desk.agent(agentId);
  return agent?.isPresent ? agent.name : `${agent?.name ?? 'Nobody'}, away`;
}
