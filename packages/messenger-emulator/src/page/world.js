// @ts-check

/**
 * @typedef {import('../types').EmulatedPage} Page
 * @typedef {import('../types').PersonaFace} PersonaFace
 * @typedef {import('../types').PersonaState} Persona
 * @typedef {import('../types').ConversationEntry} Entry
 * @typedef {import('../types').RequestRow} GraphCall
 * @typedef {import('../types').EmulatorState} State
 * @typedef {{ psid: string, pageId: string, name: string, european: boolean, threadOwner?: string }} Customer
 * @typedef {Customer & { entries: Entry[] }} Conversation
 */

// Limits that bound the browser's memory.
const ENTRIES_KEPT = 1000;
const REQUESTS_KEPT = 300;
const FOREIGN_REQUESTS_KEPT = 20;
const PERSONAS_KEPT = 1000;

/** The emulator's state, kept up to date by its events. */
export class World {
  /** @type {readonly Page[]} */
  pages = [];
  /** @type {Map<string, Persona>} by ID, oldest first */
  personas = new Map();
  /** @type {Conversation[]} */
  conversations = [];
  /** @type {GraphCall[]} oldest first */
  requests = [];

  /** @param {State} state */
  replace(state) {
    this.pages = state.pages;
    this.personas = new Map(state.personas.map((one) => [one.id, one]));
    this.conversations = state.conversations.map((one) => ({
      ...one,
      entries: [...one.entries],
    }));
    this.requests = state.requests.slice(-REQUESTS_KEPT);
  }

  /** @param {{ psid: string, pageId: string, entry: Entry }} event */
  addEntry({ psid, pageId, entry }) {
    const known = this.conversation(pageId, psid);
    const { entries } = known ?? this.putCustomer(newCustomer(pageId, psid));
    entries.push(entry);
    if (entries.length > ENTRIES_KEPT) entries.shift();
  }

  /** @param {{ psid: string, pageId: string, mid: string, reason: string }} event */
  markUndelivered({ psid, pageId, mid, reason }) {
    const entry = this.conversation(pageId, psid)?.entries.findLast(
      (one) => one.mid === mid,
    );
    if (entry) entry.undelivered = reason;
  }

  /** @param {Persona} persona */
  putPersona(persona) {
    this.personas.set(persona.id, persona);
    if (this.personas.size <= PERSONAS_KEPT) return;
    for (const { id, deleted } of this.personas.values()) {
      if (!deleted) continue;
      this.personas.delete(id);
      break;
    }
  }

  /** @param {GraphCall} request */
  addRequest(request) {
    this.requests.push(request);
    const foreign = this.requests.filter(({ isForeign }) => isForeign);
    const surplus =
      foreign.length > FOREIGN_REQUESTS_KEPT
        ? foreign[0]
        : this.requests.length > REQUESTS_KEPT && this.requests[0];
    if (!surplus) return;
    this.requests = this.requests.filter((one) => one !== surplus);
  }

  /** Hides the calls on this page; the emulator keeps them. */
  clearRequests() {
    this.requests = [];
  }

  /**
   * @param {Customer} customer
   * @returns {Conversation}
   */
  putCustomer(customer) {
    const known = this.conversation(customer.pageId, customer.psid);
    if (known) return Object.assign(known, customer);
    const made = { ...customer, entries: [] };
    this.conversations.push(made);
    return made;
  }

  /**
   * @param {string} pageId
   * @param {string} psid
   */
  conversation(pageId, psid) {
    return this.customersOf(pageId).find((one) => one.psid === psid);
  }

  /** @param {string} pageId */
  customersOf(pageId) {
    return this.conversations.filter((one) => one.pageId === pageId);
  }
}

/**
 * @param {string} pageId
 * @param {string} psid
 * @returns {Customer}
 */
export function newCustomer(pageId, psid) {
  return { pageId, psid, name: `Customer ${psid}`, european: false };
}
