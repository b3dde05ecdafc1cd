// @ts-check

/**
 * @typedef {import('../agents/conversation').Entry} Entry
 * @typedef {import('../agents/conversation').Summary} Summary
 * @typedef {import('../agents/sessions').Agent & { isPresent: boolean }} Agent
 */

/** The console's answer to a request that it refuses, or that it did not get. */
export class RequestError extends Error {
  /**
   * @param {string} message for the agent to read
   * @param {number} status 0 without an answer
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(path) {
  return request(path, {});
}

/**
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} null where nothing is answered
 */
export function post(path, body = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} path
 * @param {Blob} file
 */
export function upload(path, file) {
  return request(path, {
    method: 'POST',
    headers: { 'content-type': file.type || 'image/unknown' },
    body: file,
  });
}

/**
 * Identifies a message, so that it is sent once however often it is posted.
 * `crypto.randomUUID` exists in secure contexts only, so not on `http://desk.example`.
 */
export function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function request(path, init) {
  const response = await fetch(path, init).catch(() => null);
  if (response === null) {
    throw new RequestError('The bot cannot be reached. Does it run?', 0);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new RequestError(
    answer?.error?.message ?? `The bot answered ${response.status}.`,
    response.status,
  );
}
