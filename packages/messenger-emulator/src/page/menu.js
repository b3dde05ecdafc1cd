// @ts-check
import { element, link } from './dom.js';

/**
 * @typedef {import('./cards.js').Actions} Actions
 * @typedef {import('./customer-view.js').View} View
 */

/** The persistent menu, if the Page has one. */
export class Menu {
  #shown = '';

  /**
   * @param {HTMLDetailsElement} details
   * @param {HTMLElement} root
   * @param {Actions} actions
   */
  constructor(details, root, actions) {
    this.details = details;
    this.root = root;
    this.actions = actions;
  }

  /** @param {View | undefined} view */
  show(view) {
    const entries = view?.menu ?? [];
    const showing = JSON.stringify(entries);
    if (showing === this.#shown) return;
    this.#shown = showing;
    this.details.hidden = entries.length === 0;
    this.root.replaceChildren(
      ...entries.map((one) => element('li', {}, this.#entry(one))),
    );
  }

  /** @param {View['menu'][number]} entry */
  #entry({ type, title, payload, url }) {
    const attributes = { class: 'pop-up-choice', 'data-testid': 'menu-entry' };
    if (type === 'web_url') return link(url, attributes, title);
    const button = element('button', { ...attributes, type: 'button' }, title);
    button.addEventListener('click', () =>
      this.actions.press({ payload: payload ?? '', title }),
    );
    return button;
  }
}
