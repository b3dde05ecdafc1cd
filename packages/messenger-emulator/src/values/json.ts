/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object; fields that are `undefined` are omitted. */
export interface JsonObject {
  [field: string]: Json | undefined;
}

/** Enough for every Messenger template, and safe for recursion. */
const MAX_NESTING = 64;

/**
 * Parses untrusted JSON text.
 *
 * @throws {SyntaxError} if it is not JSON, or nested too deeply.
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (!isNestedWithin(value, MAX_NESTING)) {
    throw new SyntaxError(`nested deeper than ${MAX_NESTING} levels`);
  }
  return value;
}

/**
 * Parses JSON text that may have single quotes, as in Meta's own examples:
 * `recipient={'id':'PSID'}`.
 *
 * @throws {SyntaxError} if it is still not JSON.
 */
export function parseLooseJson(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!text.includes("'")) throw error;
    return parseJson(requote(text));
  }
}

/**
 * Converts single-quoted strings to double-quoted ones, in linear time: a
 * regular expression would backtrack at each unclosed quote.
 */
function requote(text: string): string {
  const parts: string[] = [];
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '') {
      if (character !== "'" && character !== '"') continue;
      quote = character;
    } else if (character === '\\') {
      at += 1;
      if (quote !== "'" || text[at] !== "'") continue;
      parts.push(text.slice(start, at - 1), "'");
      start = at + 1;
      continue;
    } else if (character === quote) {
      quote = '';
    } else if (quote !== "'" || character !== '"') {
      continue;
    } else {
      parts.push(text.slice(start, at), '\\"');
      start = at + 1;
      continue;
    }
    // An opening or a closing quote.
    parts.push(text.slice(start, at), '"');
    start = at + 1;
  }
  parts.push(text.slice(start));
  return parts.join('');
}

function isNestedWithin(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every(
    (inner) => inner === undefined || isNestedWithin(inner, levels - 1),
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns an own field, never an inherited one. */
export function getProperty(
  object: JsonObject,
  name: string,
): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Converts a string, number or boolean to a string; otherwise returns `undefined`. */
export function toText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return undefined;
}
