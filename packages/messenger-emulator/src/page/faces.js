// @ts-check
import { element } from './dom.js';
import { picture } from './pictures.js';

/** @typedef {{ name: string, profile_picture_url: string | null }} Face */

/**
 * A persona's picture, or its coloured initials if the picture cannot be
 * fetched.
 *
 * @param {Face} persona
 */
export function personaFace({ name, profile_picture_url }) {
  const face = initialsFace(name, 'face');
  const shown = picture(
    profile_picture_url,
    { class: 'face-picture', alt: '' },
    () => null,
  );
  if (shown) face.append(shown);
  return face;
}

/**
 * The Page's picture, which differs from people's by its shape.
 *
 * @param {string} name
 */
export function pageFace(name) {
  return initialsFace(name, 'face face-page');
}

/**
 * @param {string} name
 * @param {string} classes
 */
function initialsFace(name, classes) {
  const face = element(
    'span',
    { class: classes, 'data-testid': 'face', role: 'img', 'aria-label': name },
    element(
      'span',
      { class: 'initials', 'aria-hidden': 'true' },
      initials(name),
    ),
  );
  face.style.setProperty('--hue', String(hueOf(name)));
  return face;
}

/**
 * @param {string} name
 * @returns {string} the first letters of the first and the last word
 */
export function initials(name) {
  const letters = name
    .split(/\s+/)
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '')
    .filter(Boolean);
  return [letters[0], letters.length > 1 ? letters.at(-1) : '']
    .join('')
    .toLocaleUpperCase();
}

/**
 * @param {string} name
 * @returns {number} degrees on the colour wheel, the same for the same name
 */
export function hueOf(name) {
  let hash = 0;
  for (const letter of name) {
    hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  }
  return (hash * 47) % 360;
}
