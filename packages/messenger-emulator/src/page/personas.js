// @ts-check
import { element } from './dom.js';
import { personaFace } from './faces.js';

/** @typedef {import('./world.js').Persona} Persona */

// Ephemeral personas leave one row each; the oldest are omitted.
const DELETED_SHOWN = 50;

/** The Page's personas: the active ones, then the deleted ones, newest first. */
export class PersonaList {
  /** @type {Map<string, { shown: string, row: HTMLElement }>} by ID */
  #rows = new Map();
  /** @type {Persona[]} */
  #personas = [];

  /** @param {import('./requests.js').Parts} parts */
  constructor(parts) {
    this.parts = parts;
    parts.filter.addEventListener('input', () => this.show(this.#personas));
  }

  /** @param {Persona[]} personas the personas of one Page, oldest first */
  show(personas) {
    this.#personas = personas;
    const { root, count, empty, filter } = this.parts;
    const sought = filter.value.trim().toLowerCase();
    const found = personas.filter((one) => wordsOf(one).includes(sought));
    const active = found.filter(({ deleted }) => !deleted);
    const deleted = found.filter((persona) => persona.deleted).reverse();
    count.textContent = `${active.length} active · ${deleted.length} deleted`;
    root.hidden = found.length === 0;
    empty.hidden = found.length > 0;
    empty.textContent =
      personas.length > 0
        ? `No persona has “${filter.value.trim()}” in it.`
        : 'No personas on this Page yet. They show up here as the bot creates them, and stay listed when it deletes them.';
    const listed = [...active, ...deleted.slice(0, DELETED_SHOWN)];
    const rows = listed.map((persona) => this.#row(persona));
    this.#rows = new Map(rows.map((row) => [row.shown, row]));
    // Rows are moved only if the order differs, to keep the user's selection.
    if (!rows.every(({ row }, index) => root.children[index] === row)) {
      root.replaceChildren(...rows.map(({ row }) => row));
    }
    while (root.childElementCount > rows.length)
      root.lastElementChild?.remove();
  }

  /** @param {Persona} persona */
  #row(persona) {
    const shown = JSON.stringify(persona);
    return this.#rows.get(shown) ?? { shown, row: personaRow(persona) };
  }
}

/** The text that the search looks at. @param {Persona} persona */
function wordsOf({ name, id, deleted }) {
  return `${name} ${id} ${deleted ? 'deleted' : 'active'}`.toLowerCase();
}

/** @param {Persona} persona */
function personaRow(persona) {
  return element(
    'li',
    {
      class: 'persona',
      'data-testid': 'persona',
      'data-persona-id': persona.id,
      'data-deleted': String(persona.deleted),
    },
    personaFace(persona),
    element(
      'span',
      { class: 'persona-who' },
      element('strong', {}, persona.name),
      element('code', {}, persona.id),
    ),
    element('span', { class: 'badge' }, persona.deleted ? 'Deleted' : 'Active'),
  );
}
