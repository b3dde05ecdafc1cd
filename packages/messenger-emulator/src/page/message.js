// @ts-check
import { element, link, webUrl } from './dom.js';
import { picture } from './pictures.js';
import { template } from './templates.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./cards.js').Press} Press
 */

/**
 * Whether the entry stands in the conversation; sender actions do not.
 *
 * @param {Entry} entry
 */
export function isSaid({ message, postback, optin }) {
  return Boolean(message ?? postback ?? optin);
}

/**
 * One message as its receiver sees it: text in a bubble, then what is attached.
 *
 * @param {Entry} entry
 * @param {Press} press
 */
export function messageElement(entry, press) {
  const { from, persona, at } = entry;
  const { attachment, attachments } = entry.message ?? {};
  const text = textOfEntry(entry);
  return element(
    'div',
    {
      class: 'message',
      title: new Date(at).toLocaleString(),
      'data-testid': 'message',
      'data-mid': entry.mid ?? '',
      'data-from': from,
      'data-persona-id': persona?.id ?? '',
      'data-persona-name': persona?.name ?? '',
    },
    text ? element('p', { class: 'bubble' }, text) : null,
    ...[attachment, ...listOf(attachments)]
      .filter((one) => one instanceof Object)
      .map((one) => attachmentElement(recordOf(one), press)),
  );
}

/** @param {Entry} entry */
function textOfEntry({ message, postback, optin }) {
  if (postback) return postback.title;
  if (optin) return 'Ticked the checkbox';
  const sticker = message?.sticker_id;
  return sticker === undefined
    ? textOf(message?.text)
    : `Sticker ${String(sticker)}`;
}

/**
 * @param {Record<string, unknown>} attachment
 * @param {Press} press
 */
function attachmentElement({ type, payload }, press) {
  const fields = recordOf(payload);
  if (type === 'template') return template(fields, press);
  if (type !== 'image') return fileElement(textOf(type), fields);
  return picture(fields.url, { class: 'photo', alt: 'Image' }, () =>
    fileElement('image', fields),
  );
}

/**
 * What cannot be shown inline: a file, audio, video, or an image out of reach.
 *
 * @param {string} type
 * @param {Record<string, unknown>} payload
 */
function fileElement(type, payload) {
  const address = webUrl(payload.url);
  const name =
    address === null ? '' : (new URL(address).pathname.split('/').pop() ?? '');
  const id = textOf(payload.attachment_id);
  return link(
    payload.url,
    { class: 'file' },
    element('span', { class: 'file-kind' }, type || 'file'),
    element(
      'span',
      { class: 'file-name' },
      name || (id ? `attachment ${id}` : 'attachment'),
    ),
  );
}
