import { invalidParameter } from '../values/graphError';
import { isObject, parseLooseJson, toText } from '../values/json';
import type { Json, JsonObject } from '../values/json';

/** The parameters of one Graph API call. Objects and lists in queries and forms are JSON text. */
export class Parameters {
  readonly #values = new Map<string, Json>();

  /** Later sources win. */
  constructor(...sources: JsonObject[]) {
    for (const source of sources) {
      for (const [name, value] of Object.entries(source)) {
        if (value !== undefined) this.#values.set(name, value);
      }
    }
  }

  has(name: string): boolean {
    const value = this.#values.get(name);
    return value !== undefined && value !== null && value !== '';
  }

  text(name: string): string | undefined {
    return this.has(name) ? toText(this.#values.get(name)) : undefined;
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined) {
      throw invalidParameter(`The parameter ${name} is required`);
    }
    return text;
  }

  /** A JSON value, parsed if it is text. */
  json(name: string): Json | undefined {
    const value = this.#values.get(name);
    if (!this.has(name) || typeof value !== 'string') {
      return this.has(name) ? value : undefined;
    }
    try {
      return parseLooseJson(value);
    } catch {
      return value;
    }
  }

  object(name: string): JsonObject | undefined {
    const value = this.json(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) {
      throw invalidParameter(`Param ${name} must be a JSON object`);
    }
    return value;
  }

  list(name: string): Json[] | undefined {
    const value = this.json(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      throw invalidParameter(`Param ${name} must be an array`);
    }
    return value;
  }

  /** Names separated by commas, or a JSON list of names. */
  names(name: string): string[] | undefined {
    const value = this.json(name);
    if (value === undefined) return undefined;
    const names = Array.isArray(value)
      ? value
      : (toText(value) ?? '').split(',');
    return names
      .map((item) => toText(item)?.trim() ?? '')
      .filter((item) => item !== '');
  }

  toObject(): JsonObject {
    return Object.fromEntries(this.#values);
  }
}
