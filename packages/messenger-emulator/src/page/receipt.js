// @ts-check
import { card, cardPicture, cardText } from './cards.js';
import { element, link } from './dom.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * The items, sums and address of a receipt.
 * https://developers.facebook.com/docs/messenger-platform/reference/templates/receipt
 *
 * @param {Record<string, unknown>} payload
 */
export function receipt(payload) {
  const { currency, order_number, order_url, payment_method } = payload;
  const price = (/** @type {unknown} */ amount) => money(amount, currency);
  const summary = recordOf(payload.summary);
  const adjustments = listOf(payload.adjustments).map(recordOf);
  return card(
    [
      ...cardText('Order confirmation', `Order ${textOf(order_number)}`),
      ...listOf(payload.elements).map((one) => item(recordOf(one), price)),
      rows([
        ['Subtotal', price(summary.subtotal)],
        ['Shipping', price(summary.shipping_cost)],
        ['Tax', price(summary.total_tax)],
        ...adjustments.map(({ name, amount }) => [
          textOf(name),
          price(amount) && `−${price(amount)}`,
        ]),
      ]),
      rows([['Total', price(summary.total_cost)]], 'receipt-total'),
      rows([
        ['Paid with', textOf(payment_method)],
        ['Date', date(payload.timestamp)],
        ['To', addressee(payload)],
      ]),
    ],
    order_url
      ? [link(order_url, { class: 'card-button' }, 'View the order')]
      : [],
  );
}

/**
 * @param {Record<string, unknown>} bought
 * @param {(amount: unknown) => string} price
 */
function item(bought, price) {
  const { title, subtitle, quantity, image_url } = bought;
  const count = typeof quantity === 'number' ? `${quantity} × ` : '';
  return element(
    'div',
    { class: 'receipt-item' },
    image_url ? cardPicture(image_url) : null,
    element(
      'div',
      {},
      ...cardText(`${count}${textOf(title)}`, subtitle),
      element('p', {}, price(bought.price)),
    ),
  );
}

/**
 * @param {string[][]} lines names and values; lines without a value are omitted
 * @param {string} [kind]
 */
function rows(lines, kind = '') {
  return element(
    'dl',
    { class: `receipt-rows ${kind}` },
    ...lines
      .filter(([, value]) => value)
      .map(([name = '', value = '']) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
  );
}

/**
 * @param {unknown} amount
 * @param {unknown} currency a code such as `USD`; other texts are shown next to
 *   the number
 */
function money(amount, currency) {
  if (typeof amount !== 'number' && typeof amount !== 'string') return '';
  try {
    return Number(amount).toLocaleString([], {
      style: 'currency',
      currency: textOf(currency),
    });
  } catch {
    return `${amount} ${textOf(currency)}`;
  }
}

/** @param {unknown} timestamp seconds since 1970, as a number or a text */
function date(timestamp) {
  const at = new Date(Number(timestamp ?? NaN) * 1000);
  return Number.isNaN(at.getTime())
    ? ''
    : at.toLocaleDateString([], { dateStyle: 'medium' });
}

/** @param {Record<string, unknown>} payload */
function addressee({ recipient_name, address }) {
  const { street_1, street_2, city, state, postal_code, country } =
    recordOf(address);
  return [recipient_name, street_1, street_2, city, state, postal_code, country]
    .map(textOf)
    .filter(Boolean)
    .join(', ');
}
