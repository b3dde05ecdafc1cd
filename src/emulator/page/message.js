// @ts-check
import { element, imageUrl, link, webUrl } from './dom.js';
import { template } from './templates.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./templates.js').Press} Press
 */

/**
 * One message as its receiver sees it: text in a bubble, then what is attached.
 *
 * @param {Entry} entry
 * @param {Press} press
 */
export function messageElement({ from, persona, message = {}, at }, press) {
  const text = textOf(message.text) || textOf(recordOf(message.postback).title);
  const attachments = [message.attachment, ...listOf(message.attachments)];
  return element(
    'div',
    {
      class: 'message',
      title: new Date(at).toLocaleString(),
      'data-testid': 'message',
      'data-from': from,
      'data-persona-id': persona?.id ?? '',
      'data-persona-name': persona?.name ?? '',
    },
    text ? element('p', { class: 'bubble' }, text) : null,
    ...attachments
      .filter((attachment) => attachment instanceof Object)
      .map((attachment) => attachmentElement(recordOf(attachment), press)),
  );
}

/**
 * @param {Record<string, unknown>} attachment
 * @param {Press} press
 */
function attachmentElement({ type, payload }, press) {
  const fields = recordOf(payload);
  if (type === 'template') return template(fields, press);
  const source = imageUrl(fields.url);
  if (type !== 'image' || source === null)
    return fileElement(textOf(type), fields);
  const picture = element('img', { class: 'photo', alt: 'Image', src: source });
  picture.addEventListener('error', () =>
    picture.replaceWith(fileElement('image', fields)),
  );
  return picture;
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
