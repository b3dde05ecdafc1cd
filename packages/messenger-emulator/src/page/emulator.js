// @ts-check
import { listenTo } from './events.js';

/**
 * @typedef {import('./world.js').State} State
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./world.js').Persona} Persona
 * @typedef {import('./world.js').GraphCall} GraphCall
 * @typedef {import('./world.js').Customer} Customer
 *
 * @typedef {{
 *   state: (state: State) => void,
 *   entry: (event: { psid: string, pageId: string, entry: Entry }) => void,
 *   undelivered: (event: { psid: string, pageId: string, mid: string, reason: string }) => void,
 *   profile: (event: { pageId: string }) => void,
 *   conversation: (event: { conversation: Customer }) => void,
 *   persona: (event: { persona: Persona }) => void,
 *   request: (event: { request: GraphCall }) => void,
 *   connected: (live: boolean) => void,
 * }} Listeners
 */

const KINDS = /** @type {const} */ ([
  'state',
  'entry',
  'undelivered',
  'profile',
  'conversation',
  'persona',
  'request',
]);

/**
 * Listens to the emulator while the page is open. After an interruption, the
 * emulator sends the whole state again.
 *
 * @param {Listeners} listeners
 */
export function listen(listeners) {
  listenTo('/_emulator/events', [...KINDS], (kind, data) => {
    if (kind === 'open' || kind === 'error') {
      return listeners.connected(kind === 'open');
    }
    const known = KINDS.find((each) => each === kind);
    if (known) listeners[known](JSON.parse(data));
  });
}

/**
 * Sends a customer's text, attachments or sticker; with a `payload`, presses
 * the button or quick reply with the title `text`. Resolves with the status of
 * the bot's webhook.
 *
 * @param {{ psid: string, pageId: string, [field: string]: unknown }} message
 * @returns {Promise<import('../types').SayResult>}
 */
export function say(message) {
  return post('/_emulator/messages', message);
}

/**
 * Performs one of the actions of `/_emulator/actions`.
 *
 * @param {{ psid: string, pageId: string, [field: string]: unknown }} action
 * @returns {Promise<import('../types').ActionResult & { url?: string }>} with
 *   the URL of the bot's login page for `log_in`
 */
export function act(action) {
  return post('/_emulator/actions', action);
}

/**
 * @param {string} pageId
 * @param {string} psid
 * @returns {Promise<import('../types').CustomerView>}
 */
export async function fetchView(pageId, psid) {
  const query = new URLSearchParams({ pageId });
  const path = `/_emulator/customers/${encodeURIComponent(psid)}?${query}`;
  return answerOf(await fetch(path));
}

/**
 * Uploads a customer's file.
 *
 * @param {Blob} file
 * @returns {Promise<{ url: string }>}
 */
export async function upload(file) {
  return send('/_emulator/attachments', 'application/octet-stream', file);
}

/**
 * Adds a customer, or changes their details.
 *
 * @param {Customer} customer
 */
export function putCustomer(customer) {
  return post('/_emulator/customers', customer);
}

/**
 * A person takes control in the Page's inbox, answers, or passes control back.
 *
 * @param {{ psid: string, pageId: string, action: string, text?: string }} step
 */
export function useInbox(step) {
  return post('/_emulator/inbox', step);
}

/**
 * Fetches one Graph API call with its bodies.
 *
 * @param {GraphCall['id']} id
 * @returns {Promise<import('../types').RequestDetail>}
 */
export async function fetchRequest(id) {
  return answerOf(await fetch(`/_emulator/requests/${encodeURIComponent(id)}`));
}

/** The emulator accepted the message, but the bot did not. */
export class WebhookError extends Error {}

/**
 * @param {string} path
 * @param {object} body
 */
function post(path, body) {
  return send(path, 'application/json', JSON.stringify(body));
}

/**
 * @param {string} path
 * @param {string} type
 * @param {string | Blob} body
 */
async function send(path, type, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  }).catch(() => {
    throw new Error('The emulator cannot be reached. Does it still run?');
  });
  return answerOf(response);
}

/** @param {Response} response */
async function answerOf(response) {
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const message = answer?.error?.message ?? `HTTP ${response.status}`;
  throw answer?.mid ? new WebhookError(message) : new Error(message);
}
