// @ts-check
import { element, link } from './dom.js';
import { picture } from './pictures.js';
import { textOf } from './values.js';

/**
 * What the customer can do with what is offered: press it (`payload` goes to the
 * bot, `title` is what it said), or an action of `/_emulator/actions`.
 *
 * @typedef {{
 *   press: (pressed: { payload: string, title: string }) => void,
 *   act: (action: Record<string, unknown>) => void,
 *   edit: (message: { mid: string, text: string }) => void,
 * }} Actions
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

const BUTTON = { class: 'card-button', 'data-testid': 'template-button' };

/**
 * Postback buttons are sent to the bot, web buttons open their page, Log in
 * opens the bot's login page, and Log out unlinks at once. Other buttons
 * (calls, games) need a real Messenger and are disabled.
 *
 * @param {Record<string, unknown>} shown
 * @param {Actions} actions
 */
export function templateButton({ type, title, url, payload }, actions) {
  const label = textOf(title) || titleOf(textOf(type));
  switch (type) {
    case 'web_url':
      return link(url, BUTTON, label);
    case 'postback':
      return cardButton(label, () =>
        actions.press({ payload: textOf(payload), title: label }),
      );
    case 'account_link':
      return cardButton(label, () =>
        actions.act({ action: 'log_in', url: textOf(url) }),
      );
    case 'account_unlink':
      return cardButton(label, () => actions.act(LOG_OUT));
    default:
      return cardButton(label, null);
  }
}

/** Without a login page. */
export const LOG_IN = { action: 'link_account', authorizationCode: 'emulated' };
export const LOG_OUT = { action: 'unlink_account' };

/**
 * @param {string} label
 * @param {(() => void) | null} onPress null if the button only works in
 *   Messenger
 */
export function cardButton(label, onPress) {
  const button = element('button', { ...BUTTON, type: 'button' }, label);
  if (onPress) {
    button.addEventListener('click', onPress);
  } else {
    button.disabled = true;
    button.title = 'Nothing happens here; in Messenger it does';
  }
  return button;
}

/**
 * Messenger's labels for buttons without a title.
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
