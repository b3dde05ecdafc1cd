// @ts-check
import { get } from './api.js';

/**
 * @typedef {import('./api.js').Agent} Agent
 * @typedef {import('./api.js').Entry} Entry
 * @typedef {import('./api.js').Summary} Summary
 */

const ENTRIES_KEPT = 500;

/** The names of the events that the console sends. */
export const KINDS = [
  'state',
  'agents',
  'conversation',
  'gone',
  'entry',
  'typing',
  'signed-out',
];

/** What the console knows, kept up to date by its events. Of one conversation it has the entries. */
export class DeskState {
  /** @type {Agent | null} */
  me = null;
  /** @type {Agent[]} */
  agents = [];
  /** @type {Map<string, Summary>} by PSID */
  conversations = new Map();
  /** @type {Map<string, string>} the names of colleagues who write, by PSID */
  typing = new Map();
  /** The bot's clock minus ours, in milliseconds. */
  #offset = 0;
  #psid = '';
  /** @type {Map<number, Entry>} of the opened conversation, by ID */
  #entries = new Map();
  #isLoaded = false;

  /** The bot's time, in milliseconds since 1970. */
  get now() {
    return Date.now() + this.#offset;
  }

  /** The PSID of the opened conversation. */
  get psid() {
    return this.#psid;
  }

  get opened() {
    return this.conversations.get(this.#psid);
  }

  /** The entries of the opened conversation, oldest first, or null before they are there. */
  get entries() {
    if (!this.#isLoaded) return null;
    return [...this.#entries.values()].sort((one, other) => one.id - other.id);
  }

  get waiting() {
    return [...this.conversations.values()]
      .filter(({ waitingSince }) => waitingSince !== null)
      .sort(
        (one, other) => (one.waitingSince ?? 0) - (other.waitingSince ?? 0),
      );
  }

  get mine() {
    return this.#newestFirst(({ agentId }) => agentId === this.me?.id);
  }

  get withColleagues() {
    return this.#newestFirst(
      ({ agentId }) => agentId !== null && agentId !== this.me?.id,
    );
  }

  get withBot() {
    return this.#newestFirst(
      ({ agentId, waitingSince }) => agentId === null && waitingSince === null,
    );
  }

  /** @param {string | null} id */
  agent(id) {
    return this.agents.find((agent) => agent.id === id);
  }

  /**
   * @param {string} kind
   * @param {any} data
   */
  apply(kind, data) {
    switch (kind) {
      case 'state':
        this.me = data.me;
        this.agents = data.agents;
        this.#offset = data.now - Date.now();
        this.conversations = new Map(
          data.conversations.map((/** @type {Summary} */ one) => [
            one.psid,
            one,
          ]),
        );
        this.typing.clear();
        break;
      case 'agents':
        this.agents = data.agents;
        break;
      case 'conversation':
        this.conversations.set(data.psid, data);
        break;
      case 'gone':
        this.conversations.delete(data.psid);
        break;
      case 'entry':
        this.typing.delete(data.psid);
        if (data.psid === this.#psid) this.#put(data.entry);
        break;
      case 'typing': {
        const name = this.agent(data.agentId)?.name;
        if (data.isTyping && name && data.agentId !== this.me?.id) {
          this.typing.set(data.psid, name);
        } else this.typing.delete(data.psid);
        break;
      }
    }
  }

  /**
   * Opens a conversation. Its entries are there when this resolves, including
   * those that came during the request.
   *
   * @param {string} psid
   */
  async open(psid) {
    if (psid !== this.#psid) this.#isLoaded = false;
    this.#psid = psid;
    const entries = (this.#entries = new Map());
    const answer = await get(`conversations/${encodeURIComponent(psid)}`);
    // Another conversation may have been opened since, or this one once more.
    if (entries !== this.#entries) return;
    for (const entry of answer.entries) this.#put(entry);
    this.#isLoaded = true;
  }

  close() {
    this.#psid = '';
    this.#entries = new Map();
    this.#isLoaded = false;
  }

  /** @param {Entry} entry */
  #put(entry) {
    const known = this.#entries.get(entry.id);
    if (known && known.revision >= entry.revision) return;
    this.#entries.set(entry.id, entry);
    if (this.#entries.size > ENTRIES_KEPT) {
      this.#entries.delete(Math.min(...this.#entries.keys()));
    }
  }

  /** @param {(conversation: Summary) => boolean} isMeant */
  #newestFirst(isMeant) {
    return [...this.conversations.values()]
      .filter(isMeant)
      .sort((one, other) => (other.last?.at ?? 0) - (one.last?.at ?? 0));
  }
}
