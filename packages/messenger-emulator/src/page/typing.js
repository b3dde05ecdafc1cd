// @ts-check
import { element } from './dom.js';
import { personaFace, pageFace } from './faces.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./world.js').Page} Page
 */

// Messenger removes a typing indicator after this many milliseconds.
const TYPING_LASTS = 20_000;

/**
 * Returns who is typing: senders of a typing_on within the last 20 s without a
 * later typing_off or message.
 *
 * @param {Entry[]} entries
 * @param {number} now in milliseconds since 1970
 * @returns {{ persona: Entry['persona'], until: number }[]}
 */
export function typists(entries, now) {
  const found = new Map();
  for (const { from, persona, message, senderAction, at } of entries) {
    if (from === 'user') continue;
    const sender = persona?.id ?? 'page';
    if (message || senderAction === 'typing_off') found.delete(sender);
    if (senderAction === 'typing_on') {
      found.set(sender, {
        persona,
        until: at + TYPING_LASTS,
      });
    }
  }
  return [...found.values()].filter(({ until }) => until > now);
}

/** The typing indicator below the last message. */
export class TypingArea {
  #shown = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /**
   * @param {Entry[]} entries
   * @param {Page} page
   */
  show(entries, page) {
    clearTimeout(this.#timer);
    const now = Date.now();
    const typing = typists(entries, now);
    if (typing.length > 0) {
      const first = Math.min(...typing.map(({ until }) => until));
      this.#timer = setTimeout(() => this.show(entries, page), first - now);
    }
    // Updated only if something changes, because it is animated and read aloud.
    const showing = JSON.stringify([
      page,
      typing.map(({ persona }) => persona),
    ]);
    if (showing === this.#shown) return;
    this.#shown = showing;
    this.root.replaceChildren(
      ...typing.map(({ persona }) => indicator(persona, page)),
    );
  }
}

/**
 * @param {Entry['persona']} persona
 * @param {Page} page
 */
function indicator(persona, page) {
  const name = persona ? `${persona.name} from ${page.name}` : page.name;
  return element(
    'div',
    {
      class: 'typing',
      'data-testid': 'typing',
      'data-persona-id': persona?.id ?? '',
      'data-persona-name': persona?.name ?? '',
    },
    persona ? personaFace(persona) : pageFace(page.name),
    element('span', { class: 'typing-name' }, `${name} is typing`),
    element(
      'span',
      { class: 'dots', 'aria-hidden': 'true' },
      element('i'),
      element('i'),
      element('i'),
    ),
  );
}
