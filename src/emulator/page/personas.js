// @ts-check
import { element } from './dom.js';
import { personaFace } from './faces.js';

/** @typedef {import('./world.js').Persona} Persona */

// Personas made on the fly leave one row each; the oldest of them are left out.
const DELETED_SHOWN = 50;

/** The Page's personas: the active ones, then the deleted ones, newest first. */
export class PersonaList {
  /** @type {Map<string, { shown: string, row: HTMLElement }>} */
  #rows = new Map();

  /** @param {{ root: HTMLElement, count: HTMLElement, empty: HTMLElement }} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param {Persona[]} personas of one Page, oldest first */
  show(personas) {
    const active = personas.filter(({ deleted }) => !deleted);
    const deleted = personas.filter((persona) => persona.deleted).reverse();
    const { root, count, empty } = this.parts;
    count.textContent = `${active.length} active · ${deleted.length} deleted`;
    empty.hidden = personas.length > 0;
    const rows = [...active, ...deleted.slice(0, DELETED_SHOWN)].map(
      (persona) => this.#row(persona),
    );
    if (
      rows.some((row, index) => root.children[index] !== row) ||
      rows.length !== root.childElementCount
    ) {
      root.replaceChildren(...rows);
    }
  }

  /** @param {Persona} persona */
  #row(persona) {
    const shown = JSON.stringify(persona);
    const known = this.#rows.get(persona.id);
    if (known?.shown === shown) return known.row;
    const row = personaRow(persona);
    this.#rows.set(persona.id, { shown, row });
    return row;
  }
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
