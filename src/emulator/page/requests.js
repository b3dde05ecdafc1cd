// @ts-check
import { element } from './dom.js';
import { fetchRequest } from './emulator.js';
import { personaFace } from './faces.js';

/**
 * @typedef {import('./world.js').GraphCall} GraphCall
 * @typedef {import('./world.js').Persona} Persona
 */

/** The calls to the Graph API, newest first. */
export class RequestList {
  /** @type {Map<GraphCall['id'], HTMLElement>} */
  #rows = new Map();

  /** @param {{ root: HTMLElement, count: HTMLElement, empty: HTMLElement }} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {GraphCall[]} requests oldest first
   * @param {Persona[]} personas whom their persona IDs may mean
   */
  show(requests, personas) {
    const { root, count, empty } = this.parts;
    const kept = new Set(requests.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (!kept.has(id)) {
        row.remove();
        this.#rows.delete(id);
      }
    }
    for (const request of requests) {
      if (!this.#rows.has(request.id)) {
        const row = requestRow(request, personas);
        this.#rows.set(request.id, row);
        root.prepend(row);
      }
    }
    const refused = requests.filter(isRefused).length;
    count.textContent = `${requests.length} shown · ${refused} refused`;
    empty.hidden = requests.length > 0;
  }
}

/** @param {GraphCall} request */
function isRefused({ status }) {
  return status >= 400;
}

/**
 * @param {GraphCall} request
 * @param {Persona[]} personas
 */
function requestRow(request, personas) {
  const { id, method, path, status, error, personaId, at } = request;
  const persona = personas.find((one) => one.id === personaId);
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element(
        'span',
        { class: `method method-${method.toLowerCase()}` },
        method,
      ),
      element('span', { class: 'path' }, path),
      element('span', { class: 'status' }, String(status)),
      element(
        'span',
        { class: 'request-note' },
        new Date(at).toLocaleTimeString(),
        personaId === null
          ? null
          : element(
              'span',
              { class: 'request-persona' },
              persona ? personaFace(persona) : 'as ',
              persona?.name ?? personaId,
            ),
      ),
      error === null ? null : element('span', { class: 'reason' }, error),
    ),
  );
  details.addEventListener('toggle', () => void showBodies(details, id), {
    once: true,
  });
  return element(
    'li',
    {
      class: 'request',
      'data-testid': 'call',
      'data-status': String(status),
      'data-refused': String(isRefused(request)),
    },
    details,
  );
}

/**
 * @param {HTMLElement} details
 * @param {GraphCall['id']} id
 */
async function showBodies(details, id) {
  try {
    const { requestBody, responseBody } = await fetchRequest(id);
    details.append(body('Request', requestBody), body('Answer', responseBody));
  } catch {
    details.append(
      element(
        'p',
        { class: 'empty' },
        'The emulator no longer keeps this call.',
      ),
    );
  }
}

/**
 * @param {string} title
 * @param {unknown} content
 */
function body(title, content) {
  const text =
    typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  return element(
    'div',
    { class: 'body' },
    element('h3', {}, title),
    element('pre', { tabindex: '0' }, text || 'empty'),
  );
}
