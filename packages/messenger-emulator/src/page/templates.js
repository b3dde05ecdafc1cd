// @ts-check
import {
  card,
  cardButton,
  cardPicture,
  cardText,
  templateButton,
} from './cards.js';
import { element, link } from './dom.js';
import { receipt } from './receipt.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./cards.js').Actions} Actions
 * @typedef {Record<string, unknown>} Payload
 */

/**
 * A template as a card or a carousel. Unknown templates are shown as JSON.
 * https://developers.facebook.com/docs/messenger-platform/send-messages/templates
 *
 * @param {Payload} payload
 * @param {Actions} actions
 */
export function template(payload, actions) {
  switch (payload.template_type) {
    case 'button':
      return card([element('p', {}, textOf(payload.text))], buttons(payload));
    case 'generic':
      return carousel(payload, (one) =>
        card(
          [
            one.image_url ? cardPicture(one.image_url) : null,
            ...cardText(one.title, one.subtitle),
          ],
          buttons(one),
        ),
      );
    case 'media':
      return carousel(payload, (one) => card([media(one)], buttons(one)));
    case 'image_grid':
      return carousel(payload, (one) =>
        card(
          [imageGrid(one), ...cardText(one.title, one.subtitle)],
          buttons(one),
        ),
      );
    case 'receipt':
      return receipt(payload);
    case 'notification_messages':
    case 'one_time_notif_req':
      return request(payload, actions);
    case 'coupon':
      return coupon(payload);
    case 'customer_feedback':
      return card(cardText(payload.title, payload.subtitle), [
        cardButton(textOf(payload.button_title), null),
      ]);
    default:
      return raw(payload);
  }

  /** @param {Payload} shown */
  function buttons(shown) {
    return listOf(shown.buttons).map((one) =>
      templateButton(recordOf(one), actions),
    );
  }
}

/**
 * @param {Payload} payload
 * @param {(shown: Payload) => HTMLElement} drawn
 */
function carousel({ elements }, drawn) {
  return element(
    'div',
    { class: 'carousel', tabindex: '0', role: 'group', 'aria-label': 'Cards' },
    ...listOf(elements).map((one) => drawn(recordOf(one))),
  );
}

/**
 * An image by its ID, or the URL of a Facebook post, which is not an image.
 *
 * @param {Payload} shown
 */
function media({ media_type, attachment_id, url }) {
  const id = textOf(attachment_id);
  const address = id
    ? new URL(`/_emulator/attachments/${encodeURIComponent(id)}`, location.href)
        .href
    : url;
  return media_type === 'image'
    ? cardPicture(address)
    : element('p', {}, link(address, { class: 'file-name' }, 'Video'));
}

/** @param {Payload} shown */
function imageGrid({ images }) {
  return element(
    'div',
    { class: 'image-grid' },
    ...listOf(images).map((one) => cardPicture(recordOf(one).url)),
  );
}

/**
 * A notification request. The label is one of Messenger's own, selected by
 * name.
 *
 * @param {Payload} shown
 * @param {Actions} actions
 */
function request(shown, { act }) {
  const { template_type, title, image_url, payload } = shown;
  const name = textOf(shown.notification_messages_cta_text) || 'NOTIFY_ME';
  const words = name.replaceAll('_', ' ').toLowerCase();
  const isOnce = template_type === 'one_time_notif_req';
  const titled = isOnce || !title ? {} : { title };
  return card(
    [image_url ? cardPicture(image_url) : null, ...cardText(title, '')],
    [
      cardButton(words.charAt(0).toUpperCase() + words.slice(1), () =>
        act({
          action: 'opt_in',
          optIn: { type: template_type, payload, ...titled },
        }),
      ),
    ],
  );
}

/** @param {Payload} payload */
function coupon({ title, subtitle, image_url, coupon_code, coupon_url }) {
  const code = textOf(coupon_code);
  return card(
    [
      image_url ? cardPicture(image_url) : null,
      ...cardText(title, subtitle),
      code ? element('code', { class: 'coupon-code' }, code) : null,
    ],
    coupon_url
      ? [link(coupon_url, { class: 'card-button' }, 'Use the coupon')]
      : [],
  );
}

/** @param {Payload} payload */
function raw(payload) {
  const { template_type, title, intro_message } = payload;
  const name = textOf(template_type).replaceAll('_', ' ');
  return card(
    [
      ...cardText(`Template: ${name}`, title ?? intro_message),
      element(
        'pre',
        { tabindex: '0', role: 'region', 'aria-label': `${name} as sent` },
        JSON.stringify(payload, null, 2),
      ),
    ],
    [],
  );
}
