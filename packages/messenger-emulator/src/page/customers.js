// @ts-check
import { element } from './dom.js';
import { newCustomer } from './world.js';

/**
 * @typedef {import('./world.js').World} World
 * @typedef {import('./world.js').Page} Page
 */

// The default customer, who is created with the first message.
const FIRST_PSID = '1001';

/** The selected Page and customer. */
export class Choice {
  #pageId = '';
  /** @type {Map<string, string>} the customer chosen on each Page */
  #psids = new Map();

  /** @param {World} world */
  constructor(world) {
    this.world = world;
  }

  /** @returns {Page} */
  get page() {
    const { pages } = this.world;
    return (
      pages.find(({ id }) => id === this.#pageId) ??
      pages[0] ?? { id: '', name: 'No Page' }
    );
  }

  get psid() {
    const { id } = this.page;
    return (
      this.#psids.get(id) ?? this.world.customersOf(id)[0]?.psid ?? FIRST_PSID
    );
  }

  get customer() {
    const { psid, page } = this;
    return (
      this.world.conversation(page.id, psid) ?? {
        ...newCustomer(page.id, psid),
        entries: [],
      }
    );
  }

  /** @param {string} pageId */
  choosePage(pageId) {
    this.#pageId = pageId;
  }

  /** @param {string} psid */
  chooseCustomer(psid) {
    this.#psids.set(this.page.id, psid);
  }

  /** @returns {string} an unused PSID */
  get freePsid() {
    const taken = new Set(this.world.conversations.map(({ psid }) => psid));
    taken.add(this.psid);
    let free = Number(FIRST_PSID);
    while (taken.has(String(free))) free += 1;
    return String(free);
  }
}

/**
 * Fills a select, which may be open, only if something changes.
 *
 * @param {HTMLSelectElement} select
 * @param {{ value: string, label: string }[]} choices
 * @param {string} chosen
 */
export function showChoices(select, choices, chosen) {
  const same =
    select.options.length === choices.length &&
    choices.every(
      ({ value, label }, index) =>
        select.options[index]?.value === value &&
        select.options[index]?.textContent === label,
    );
  if (!same) {
    select.replaceChildren(
      ...choices.map(({ value, label }) => element('option', { value }, label)),
    );
  }
  select.value = chosen;
}
