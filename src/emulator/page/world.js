// @ts-check

/**
 * @typedef {{ id: string, name: string }} Page
 * @typedef {{ id: string, name: string, profile_picture_url?: string | null }} PersonaFace
 * @typedef {PersonaFace & { pageId: string, deleted: boolean }} Persona
 * @typedef {Record<string, unknown>} Message the Send API's message, or the customer's
 * @typedef {{
 *   from: 'user' | 'page' | 'persona',
 *   persona: PersonaFace | null,
 *   message?: Message,
 *   senderAction?: string,
 *   at: number | string,
 * }} Entry
 * @typedef {{
 *   psid: string,
 *   pageId: string,
 *   name?: string,
 *   european?: boolean,
 *   entries: Entry[],
 * }} Conversation
 * @typedef {{
 *   id: string | number,
 *   method: string,
 *   path: string,
 *   personaId: string | null,
 *   status: number,
 *   error: string | null,
 *   at: number | string,
 * }} GraphCall
 * @typedef {{
 *   pages: Page[],
 *   personas: Persona[],
 *   conversations: Conversation[],
 *   requests: GraphCall[],
 * }} State
 */

// An emulator under load must not fill the browser's memory.
const ENTRIES_KEPT = 1000;
const REQUESTS_KEPT = 300;

/** What the emulator has told this page, kept up to date by its events. */
export class World {
  /** @type {State} */
  state = { pages: [], personas: [], conversations: [], requests: [] };

  /** @param {State} state */
  replace(state) {
    this.state = state;
  }

  /** @param {{ psid: string, pageId: string, entry: Entry }} event */
  addEntry({ psid, pageId, entry }) {
    const { entries } = this.putCustomer({ psid, pageId });
    entries.push(entry);
    if (entries.length > ENTRIES_KEPT) entries.shift();
  }

  /** @param {Persona} persona */
  putPersona(persona) {
    const { personas } = this.state;
    const known = personas.findIndex(({ id }) => id === persona.id);
    if (known < 0) personas.push(persona);
    else personas[known] = persona;
  }

  /** @param {GraphCall} request */
  addRequest(request) {
    const { requests } = this.state;
    requests.push(request);
    if (requests.length > REQUESTS_KEPT) requests.shift();
  }

  /**
   * @param {Omit<Conversation, 'entries'>} customer
   * @returns {Conversation}
   */
  putCustomer(customer) {
    const known = this.conversation(customer.pageId, customer.psid);
    if (known) return Object.assign(known, customer);
    const made = { ...customer, entries: [] };
    this.state.conversations.push(made);
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
    return this.state.conversations.filter((one) => one.pageId === pageId);
  }
}
