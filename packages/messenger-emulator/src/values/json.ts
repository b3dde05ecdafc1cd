/** A JSON value, as it travels in bodies, parameters and answers. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object; a field that is `undefined` is not written. */
export interface JsonObject {
  [field: string]: Json | undefined;
}

/** Deep enough for every Messenger template, and safe to walk recursively. */
const DEEPEST_NESTING = 64;

/**
 * Parses JSON text from outside.
 *
 * @throws {SyntaxError} when it is not JSON or nested too deeply.
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (!isNestedWithin(value, DEEPEST_NESTING)) {
    throw new SyntaxError(`nested deeper than ${DEEPEST_NESTING} levels`);
  }
  return value;
}

/**
 * Parses JSON text that may have single quotes, as in Meta's own examples:
 * `recipient={'id':'PSID'}`.
 *
 * @throws {SyntaxError} when it is not JSON even so.
 */
export function parseLooseJson(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!text.includes("'")) throw error;
    return parseJson(text.replace(QUOTED, requote));
  }
}

/** A string in double quotes, or one in single quotes. */
const QUOTED = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g;

function requote(quoted: string, single: string | undefined): string {
  if (single === undefined) return quoted;
  const content = single.replace(/\\'/g, "'").replace(/"/g, '\\"');
  return `"${content}"`;
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

/** The field's value, never one that the object inherits. */
export function field(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A string, or a number or boolean as a string; otherwise `undefined`. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return undefined;
}
