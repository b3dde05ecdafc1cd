// @ts-check
import { element, imageUrl, link } from './dom.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * What happens when the customer presses something: `payload` goes to the bot,
 * `title` is what it said.
 *
 * @typedef {(pressed: { payload: string, title: string }) => void} Press
 */

/**
 * A template as a card, or a carousel of them.
 * https://developers.facebook.com/docs/messenger-platform/send-messages/templates
 *
 * @param {Record<string, unknown>} payload
 * @param {Press} press
 */
export function template(payload, press) {
  switch (payload.template_type) {
    case 'button':
      return card(
        [element('p', {}, textOf(payload.text))],
        payload.buttons,
        press,
      );
    case 'generic':
    case 'media':
      return element(
        'div',
        { class: 'carousel' },
        ...listOf(payload.elements).map((one) =>
          elementCard(recordOf(one), press),
        ),
      );
    default:
      return card(
        [
          element('p', {}, `Template: ${textOf(payload.template_type)}`),
          element('pre', {}, JSON.stringify(payload, null, 2)),
        ],
        payload.buttons,
        press,
      );
  }
}

/**
 * @param {Record<string, unknown>} shown
 * @param {Press} press
 */
function elementCard(shown, press) {
  const source = imageUrl(shown.image_url);
  return card(
    [
      source && element('img', { class: 'card-image', alt: '', src: source }),
      shown.media_type
        ? link(
            shown.url,
            {},
            `${textOf(shown.media_type)} ${textOf(shown.attachment_id)}`,
          )
        : null,
      shown.title ? element('strong', {}, textOf(shown.title)) : null,
      shown.subtitle
        ? element('p', { class: 'subtitle' }, textOf(shown.subtitle))
        : null,
    ],
    shown.buttons,
    press,
  );
}

/**
 * @param {(Node | string | null)[]} content
 * @param {unknown} buttons
 * @param {Press} press
 */
function card(content, buttons, press) {
  return element(
    'div',
    { class: 'card' },
    element('div', { class: 'card-content' }, ...content),
    ...listOf(buttons).map((one) => templateButton(recordOf(one), press)),
  );
}

/**
 * Postback buttons speak to the bot and web buttons open their page. The others
 * (calls, account links) need a real Messenger and cannot be pressed here.
 *
 * @param {Record<string, unknown>} shown
 * @param {Press} press
 */
function templateButton(shown, press) {
  const title = textOf(shown.title);
  const attributes = { class: 'card-button', 'data-testid': 'template-button' };
  if (shown.type === 'web_url') return link(shown.url, attributes, title);
  const button = element('button', { ...attributes, type: 'button' }, title);
  if (shown.type === 'postback') {
    button.addEventListener('click', () =>
      press({ payload: textOf(shown.payload), title }),
    );
  } else {
    button.disabled = true;
  }
  return button;
}
