// @ts-check

/**
 * Creates an element. Untrusted text is safe as a child, because it becomes a
 * text node. Attributes take trusted values only; check URLs with `webUrl`.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string | null)[]} children null is skipped
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

/**
 * Returns the element of index.html with this ID and type.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html lacks #${id}`);
  return found;
}

/**
 * Returns a URL that is safe in a link or an image: http, https and, for
 * images, `data:image`. Returns null for anything else, such as `javascript:`.
 *
 * @param {unknown} address
 * @returns {string | null}
 */
export function webUrl(address) {
  if (typeof address !== 'string' || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}

/**
 * @param {unknown} address
 * @returns {string | null}
 */
export function imageUrl(address) {
  return typeof address === 'string' && /^data:image\//i.test(address)
    ? address
    : webUrl(address);
}

/**
 * A link that opens in a new tab, or plain text if the URL is not safe.
 *
 * @param {unknown} address
 * @param {Record<string, string>} attributes
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElement}
 */
export function link(address, attributes, ...children) {
  const href = webUrl(address);
  if (href === null) return element('span', attributes, ...children);
  return element(
    'a',
    { ...attributes, href, target: '_blank', rel: 'noopener noreferrer' },
    ...children,
  );
}
