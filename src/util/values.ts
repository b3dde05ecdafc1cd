// What values of unknown type are, and what is in them.

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether it can be an object of options. The entries of an array or a Map would be ignored. */
export function isOptions(value: unknown): value is object {
  return isObject(value) && !(Symbol.iterator in value);
}

/** Whether it is an object, but no array and no instance of a class. */
export function isPlainObject(
  value: unknown,
): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether it is a promise, of whichever library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof getProperty(value, 'then') === 'function';
}

export type Properties = Partial<Record<string, unknown>>;

/** None where the value is no object. */
export function propertiesOf(value: unknown): Properties {
  return isObject(value) ? { ...value } : {};
}

/**
 * A property of an unknown value, or of the object in that property, and so on;
 * `undefined` if one of them is not an object.
 */
export function getProperty(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) {
    if (!isObject(found)) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}

/** A property that is a text; empty where there is none. */
export function textIn(value: unknown, ...path: string[]): string {
  return textOrNone(getProperty(value, ...path)) ?? '';
}

export function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An ID as platforms give it: a text or a number. */
export function idOrNone(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOrNone(value);
}
