// @ts-check

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

/**
 * Listens to the emulator for as long as the page is open. The browser
 * reconnects by itself, and the emulator then sends the whole state again.
 *
 * @param {Listeners} listeners
 */
export function listen(listeners) {
  const events = new EventSource('/_emulator/events');
  for (const kind of /** @type {const} */ ([
    'state',
    'entry',
    'undelivered',
    'profile',
    'conversation',
    'persona',
    'request',
  ])) {
    events.addEventListener(kind, ({ data }) =>
      listeners[kind](JSON.parse(data)),
    );
  }
  events.addEventListener('open', () => listeners.connected(true));
  events.addEventListener('error', () => listeners.connected(false));
}

/**
 * Speaks as a customer: `text` is what was written, or what a pressed button or
 * quick reply said that stands for `payload`; or attachments, or a sticker.
 * Resolves when the bot has answered its webhook, with the status of that answer.
 *
 * @param {{ psid: string, pageId: string, [field: string]: unknown }} message
 * @returns {Promise<import('../types').SayResult>}
 */
export function say(message) {
  return post('/_emulator/messages', message);
}

/**
 * Does what is no message: `action` is one of `/_emulator/actions`.
 *
 * @param {{ psid: string, pageId: string, [field: string]: unknown }} action
 * @returns {Promise<import('../types').ActionResult & { url?: string }>} the bot's login page, where it was asked for
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
 * Gives a customer's file an address.
 *
 * @param {Blob} file
 * @returns {Promise<{ url: string }>}
 */
export async function upload(file) {
  return send('/_emulator/attachments', 'application/octet-stream', file);
}

/**
 * Adds a customer, or changes what is known of one.
 *
 * @param {Customer} customer
 */
export function putCustomer(customer) {
  return post('/_emulator/customers', customer);
}

/**
 * A person of the Page takes the thread, answers, or hands it back to the bot.
 *
 * @param {{ psid: string, pageId: string, action: string, text?: string }} step
 */
export function useInbox(step) {
  return post('/_emulator/inbox', step);
}

/**
 * One Graph call with the bodies that the list leaves out.
 *
 * @param {GraphCall['id']} id
 * @returns {Promise<import('../types').RequestDetail>}
 */
export async function fetchRequest(id) {
  return answerOf(await fetch(`/_emulator/requests/${encodeURIComponent(id)}`));
}

/** The emulator has taken what the customer said, and the bot has not. */
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
