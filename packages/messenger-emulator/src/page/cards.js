// @ts-check
import { element, link } from './dom.js';
import { picture } from './pictures.js';
import { textOf } from './values.js';

/**
 * What happens when the customer presses something: `payload` goes to the bot,
 * `title` is what it said.
 *
 * @typedef {(pressed: { payload: string, title: string }) => void} Press
 */

/**
 * @param {(Node | null)[]} content
 * @param {Node[]} buttons
 */
export function card(content, buttons) {
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-content' }, ...content),
    ...buttons,
  );
}

/**
 * @param {unknown} title
 * @param {unknown} subtitle
 */
export function cardText(title, subtitle) {
  return [
    textOf(title) ? element('strong', {}, textOf(title)) : null,
    textOf(subtitle)
      ? element('p', { class: 'subtitle' }, textOf(subtitle))
      : null,
  ];
}

/** @param {unknown} address */
export function cardPicture(address) {
  return picture(address, { class: 'card-image', alt: '' }, () =>
    element(
      'p',
      { class: 'card-image no-picture', title: textOf(address) },
      'Picture not found',
    ),
  );
}

/**
 * Postback buttons speak to the bot and web buttons open their page. The others
 * (calls, account links) need a real Messenger and cannot be pressed here.
 *
 * @param {Record<string, unknown>} shown
 * @param {Press} press
 */
export function templateButton({ type, title, url, payload }, press) {
  const attributes = { class: 'card-button', 'data-testid': 'template-button' };
  const label = textOf(title) || titleOf(textOf(type));
  if (type === 'web_url') return link(url, attributes, label);
  const button = element('button', { ...attributes, type: 'button' }, label);
  if (type === 'postback') {
    button.addEventListener('click', () =>
      press({ payload: textOf(payload), title: label }),
    );
  } else {
    button.disabled = true;
    button.title = 'Nothing happens here; in Messenger it does';
  }
  return button;
}

/**
 * Messenger's own words on buttons that bring none.
 *
 * @param {string} type
 */
function titleOf(type) {
  switch (type) {
    case 'account_link':
      return 'Log in';
    case 'account_unlink':
      return 'Log out';
    default:
      return type;
  }
}
