import { isObject, isPlainObject } from './values';

/** Copies plain objects and arrays at any depth. Everything else, such as file contents, is shared. */
export function deepCopy<T>(
  value: T,
  copies: Map<object, object> = new Map<object, object>(),
): T {
  if (!isObject(value)) return value;
  const known = copies.get(value);
  if (known) return known as T;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const item of value as unknown[]) copy.push(deepCopy(item, copies));
    return copy as T;
  }
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value)) {
    copy[key] = deepCopy(item, copies);
  }
  return copy as T;
}
