// @ts-check
import { element, imageUrl } from './dom.js';

/** @typedef {import('./world.js').PersonaFace} PersonaFace */

// A picture that could not be fetched once is not asked for at every message.
/** @type {Set<string>} */
const unreachable = new Set();

/**
 * A persona's face: its picture, or its coloured initials when it has none or
 * the picture cannot be fetched.
 *
 * @param {PersonaFace} persona
 */
export function personaFace({ name, profile_picture_url }) {
  const face = initialsFace(name, 'face');
  const source = imageUrl(profile_picture_url);
  if (source !== null && !unreachable.has(source)) {
    const picture = element('img', {
      alt: '',
      src: source,
      referrerpolicy: 'no-referrer',
    });
    picture.addEventListener('error', () => {
      unreachable.add(source);
      picture.remove();
    });
    face.append(picture);
  }
  return face;
}

/**
 * The Page's own face, told apart from people's by its shape.
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
 * @returns {string} its first and last words' first letters
 */
function initials(name) {
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
function hueOf(name) {
  let hash = 0;
  for (const letter of name) {
    hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  }
  return (hash * 47) % 360;
}
