// @ts-check
import { element, imageUrl } from './dom.js';

// Pictures that could not be fetched, to avoid requests for each message.
const REMEMBERED = 1000;
/** @type {Set<string>} */
const unreachable = new Set();

/**
 * An image, or its replacement if the URL is invalid or cannot be fetched.
 *
 * @param {unknown} address
 * @param {{ class: string, alt: string }} attributes
 * @param {() => Node | null} instead
 * @returns {Node | null}
 */
export function picture(address, attributes, instead) {
  const source = imageUrl(address);
  if (source === null || unreachable.has(source)) return instead();
  const image = element('img', {
    ...attributes,
    src: source,
    referrerpolicy: 'no-referrer',
  });
  image.addEventListener('error', () => {
    if (unreachable.size >= REMEMBERED) unreachable.clear();
    unreachable.add(source);
    const other = instead();
    if (other) image.replaceWith(other);
    else image.remove();
  });
  return image;
}
