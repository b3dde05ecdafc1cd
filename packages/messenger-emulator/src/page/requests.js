// @ts-check
import { isRefused, requestRow, wordsOf } from './request-row.js';

/**
 * @typedef {import('./world.js').GraphCall} GraphCall
 * @typedef {import('./world.js').Persona} Persona
 *
 * @typedef {{
 *   root: HTMLElement,
 *   count: HTMLElement,
 *   empty: HTMLElement,
 *   filter: HTMLInputElement,
 * }} Parts
 */

/** The Graph API calls that match the filter, newest first. */
export class RequestList {
  /** @type {Map<GraphCall['id'], { row: HTMLElement, words: string, refused: boolean }>} */
  #rows = new Map();

  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    parts.filter.addEventListener('input', () => this.#filter());
  }

  /**
   * @param {GraphCall[]} requests oldest first
   * @param {Map<string, Persona>} personas by their ID
   */
  show(requests, personas) {
    const kept = new Set(requests.map(({ id }) => id));
    for (const [id, { row }] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const request of requests) {
      if (this.#rows.has(request.id)) continue;
      const row = requestRow(request, personas);
      const words = wordsOf(request, personas).toLowerCase();
      this.#rows.set(request.id, { row, words, refused: isRefused(request) });
      this.parts.root.prepend(row);
    }
    this.#filter();
  }

  #filter() {
    const { root, count, empty, filter } = this.parts;
    const sought = filter.value.trim().toLowerCase();
    const all = [...this.#rows.values()];
    for (const { row, words } of all) row.hidden = !words.includes(sought);
    const shown = all.filter(({ row }) => !row.hidden);
    const refused = shown.filter((each) => each.refused).length;
    const of = shown.length < all.length ? ` of ${all.length}` : '';
    count.textContent = `${shown.length}${of} shown · ${refused} refused`;
    root.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    empty.textContent =
      all.length > 0
        ? `No call has “${filter.value.trim()}” in it.`
        : 'No calls to the Graph API. Each shows up here as it happens; open one to see its request and answer.';
  }
}
