// @ts-check
import { isSaid } from './message.js';

/**
 * @typedef {import('./world.js').Entry} Entry
 * @typedef {import('./world.js').Customer} Customer
 */

/** Which customers were answered while another one was shown. */
export class Unread {
  /** @type {Map<string, number>} by Page and customer */
  #counts = new Map();

  /** @param {{ psid: string, pageId: string, entry: Entry }} event */
  add({ psid, pageId, entry }) {
    if (entry.from === 'user' || !isSaid(entry)) return;
    const key = keyOf({ psid, pageId });
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The customer is shown. @param {Customer} customer */
  clear(customer) {
    this.#counts.delete(keyOf(customer));
  }

  /** Forgets customers who are gone. @param {Customer[]} customers */
  keepOnly(customers) {
    const kept = new Set(customers.map(keyOf));
    for (const key of this.#counts.keys()) {
      if (!kept.has(key)) this.#counts.delete(key);
    }
  }

  /** @param {Customer} customer */
  of(customer) {
    return this.#counts.get(keyOf(customer)) ?? 0;
  }
}

/** @param {{ psid: string, pageId: string }} customer */
function keyOf({ psid, pageId }) {
  return `${pageId} ${psid}`;
}
