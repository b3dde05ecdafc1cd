// @ts-check
import { element } from './dom.js';

/**
 * @typedef {import('./cards.js').Actions} Actions
 * @typedef {import('./customer-view.js').View} View
 */

/** The welcome screen: the greeting, and how to begin. */
export class Welcome {
  #shown = '';

  /**
   * @param {HTMLElement} root
   * @param {Actions} actions
   */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
  }

  /**
   * @param {View | undefined} view undefined until it was fetched
   * @param {string} hint explains what writing does
   */
  show(view, hint) {
    const showing = JSON.stringify([view, hint]);
    if (showing === this.#shown) return;
    this.#shown = showing;
    const { act, press } = this.actions;
    const greeting = view?.greeting;
    const breakers = view?.iceBreakers ?? [];
    this.root.replaceChildren(
      ...(greeting
        ? [
            element(
              'p',
              { class: 'greeting', 'data-testid': 'greeting' },
              greeting,
            ),
          ]
        : []),
      element('p', { class: 'empty' }, hint),
      ...breakers.map(({ question, payload }) =>
        button(question, 'ice-breaker', () =>
          press({ payload, title: question }),
        ),
      ),
      ...(view?.getStarted
        ? [
            button('Get Started', 'get-started', () =>
              act({ action: 'get_started' }),
            ),
          ]
        : []),
    );
  }
}

/**
 * @param {string} title
 * @param {string} kind
 * @param {() => void} onPress
 */
function button(title, kind, onPress) {
  const made = element(
    'button',
    { type: 'button', class: `quick-reply ${kind}`, 'data-testid': kind },
    title,
  );
  made.addEventListener('click', onPress);
  return made;
}
