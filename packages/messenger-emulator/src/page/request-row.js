// @ts-check
import { element } from './dom.js';
import { fetchRequest } from './emulator.js';
import { personaFace } from './faces.js';

/**
 * @typedef {import('./world.js').GraphCall} GraphCall
 * @typedef {import('./world.js').Persona} Persona
 */

// The status of a call that got no answer.
const BROKEN = 0;

/** @param {GraphCall} request */
export function isRefused({ status }) {
  return status >= 400 || status === BROKEN;
}

/**
 * The text that the filter searches.
 *
 * @param {GraphCall} request
 * @param {Map<string, Persona>} personas
 */
export function wordsOf(request, personas) {
  const { method, path, version, status, personaId, hint } = request;
  const name = personas.get(personaId ?? '')?.name;
  return [
    method,
    path,
    version,
    status,
    personaId,
    name,
    hint,
    reason(request),
  ].join(' ');
}

/** @param {GraphCall} request */
function reason({ status, error }) {
  if (status === BROKEN) return 'The connection was broken, without an answer';
  if (error === null) return null;
  const subcode = error.error_subcode ? `, subcode ${error.error_subcode}` : '';
  return `${error.message} (code ${error.code}${subcode})`;
}

/**
 * One call; opening it shows the bodies.
 *
 * @param {GraphCall} request
 * @param {Map<string, Persona>} personas
 */
export function requestRow(request, personas) {
  const { id, method, path, version, status, personaId, hint, at } = request;
  const refusal = reason(request);
  const persona = personas.get(personaId ?? '');
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
      element(
        'span',
        { class: 'status' },
        status === BROKEN ? '—' : String(status),
      ),
      hint ? element('span', { class: 'hint', title: hint }, hint) : null,
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
      version ? element('span', { class: 'request-note' }, version) : null,
      refusal && element('span', { class: 'reason' }, refusal),
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
 * @param {string} text
 */
function body(title, text) {
  return element(
    'div',
    { class: 'body' },
    element('h3', {}, title),
    element('pre', { tabindex: '0' }, indented(text) || 'empty'),
  );
}

/** @param {string} text returned unchanged if it is not JSON */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
