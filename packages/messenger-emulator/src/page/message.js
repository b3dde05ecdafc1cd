// @ts-check
import { element, link, webUrl } from './dom.js';
import { picture } from './pictures.js';
import { reactionBar } from './reactions.js';
import { template } from './templates.js';
import { listOf, recordOf, textOf } from './values.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./cards.js').Actions} Actions
 */

// The emulator has one picture for all stickers.
const STICKER_PICTURE = new URL('/_emulator/pictures/sticker', location.href)
  .href;

/**
 * Whether the entry is shown in the conversation; sender actions are not.
 *
 * @param {Entry} entry
 */
export function isSaid({
  message,
  postback,
  optin,
  referral,
  account_linking,
}) {
  return Boolean(message ?? postback ?? optin ?? referral ?? account_linking);
}

/**
 * One message as the customer sees it: the text in a bubble, then the
 * attachments.
 *
 * @param {Entry} entry
 * @param {Actions} actions
 */
export function messageElement(entry, actions) {
  const { from, persona, at } = entry;
  const { attachment, attachments } = entry.message ?? {};
  const sticker = entry.message?.sticker_id;
  const event = eventText(entry);
  const text = event ?? entry.postback?.title ?? textOf(entry.message?.text);
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
    text
      ? element('p', { class: event ? 'bubble event' : 'bubble' }, text)
      : null,
    sticker === undefined ? null : stickerElement(STICKER_PICTURE),
    ...[attachment, ...listOf(attachments)]
      .filter((one) => one instanceof Object)
      .map((one) => attachmentElement(recordOf(one), actions)),
    entry.undelivered === undefined ? null : undelivered(entry.undelivered),
    editButton(entry, actions),
    reactionBar(entry, actions),
  );
}

/**
 * The mark at a message that the bot did not receive.
 *
 * @param {string} reason
 */
export function undelivered(reason) {
  return element(
    'p',
    { class: 'undelivered', 'data-testid': 'undelivered', role: 'alert' },
    `Not delivered: ${reason}`,
  );
}

/**
 * Replaces a customer's text after an edit.
 *
 * @param {Element} message
 * @param {NonNullable<Entry['edit']>} edit
 */
export function showEdit(message, { text }) {
  const bubble = message.querySelector('.bubble');
  if (bubble) bubble.textContent = text;
  if (message.querySelector('.edited')) return;
  bubble?.after(
    element('p', { class: 'edited', 'data-testid': 'edited' }, 'Edited'),
  );
}

/**
 * A button to edit a text of the customer.
 *
 * @param {Entry} entry
 * @param {Actions} actions
 */
function editButton({ from, mid, message }, { edit }) {
  if (from !== 'user' || mid === undefined || !message?.text) return null;
  const button = element(
    'button',
    { type: 'button', class: 'edit', 'data-testid': 'edit', title: 'Edit' },
    'Edit',
  );
  button.addEventListener('click', () => {
    const bubble = button.closest('.message')?.querySelector('.bubble');
    edit({ mid, text: bubble?.textContent ?? '' });
  });
  return button;
}

/**
 * Describes an action that is not a message.
 *
 * @param {Entry} entry
 */
function eventText({ optin, referral, account_linking }) {
  if (account_linking) {
    return account_linking.status === 'linked' ? 'Logged in' : 'Logged out';
  }
  if (referral) {
    const by = referral.source === 'ADS' ? 'an ad' : 'a link';
    return `Came by ${by}${referral.ref ? `: ${referral.ref}` : ''}`;
  }
  if (!optin) return null;
  if (optin.type) return `Agreed: ${optin.title ?? optin.payload ?? ''}`;
  return optin.user_ref === undefined
    ? 'Pressed “Send to Messenger”'
    : 'Ticked the checkbox';
}

/**
 * @param {Record<string, unknown>} attachment
 * @param {Actions} actions
 */
function attachmentElement({ type, payload }, actions) {
  const fields = recordOf(payload);
  if (type === 'template') return template(fields, actions);
  if (type === 'sticker') return stickerElement(fields.url);
  if (type !== 'image') return fileElement(textOf(type), fields);
  return picture(fields.url, { class: 'photo', alt: 'Image' }, () =>
    fileElement('image', fields),
  );
}

/** @param {unknown} address */
function stickerElement(address) {
  return picture(address, { class: 'sticker', alt: 'Sticker' }, () =>
    element('p', { class: 'bubble' }, 'Sticker'),
  );
}

/**
 * An attachment that cannot be shown inline: a file, audio, video, or an image
 * that cannot be fetched.
 *
 * @param {string} type
 * @param {Record<string, unknown>} payload
 */
function fileElement(type, payload) {
  const address = webUrl(payload.url);
  const name = address === null ? '' : fileNameOf(new URL(address));
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

/**
 * The last part of a URL's path, decoded where it can be.
 *
 * @param {URL} address
 */
function fileNameOf({ pathname }) {
  const name = pathname.split('/').pop() ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
