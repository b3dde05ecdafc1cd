// @ts-check

// Messages are shown as the bot sent them, so nothing in one can be relied on.

/**
 * @param {unknown} value
 * @returns {string}
 */
export function textOf(value) {
  return typeof value === 'string' ? value : '';
}

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
export function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export function recordOf(value) {
  return value instanceof Object
    ? Object.fromEntries(Object.entries(value))
    : {};
}
