import { isObject, isPlainObject } from './values';

/**
 * Copies plain objects and arrays at any depth, also where they contain themselves.
 * Everything else, such as file contents, is shared.
 *
 * @param isKept whether a property is copied
 */
export function deepCopy<T>(
  value: T,
  isKept: (name: string) => boolean = () => true,
  copies = new Map<object, object>(),
): T {
  if (!isObject(value)) return value;
  const known = copies.get(value);
  if (known) return known as T;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const item of value as unknown[]) {
      copy.push(deepCopy(item, isKept, copies));
    }
    return copy as T;
  }
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [name, item] of Object.entries(value)) {
    if (isKept(name)) copy[name] = deepCopy(item, isKept, copies);
  }
  return copy as T;
}
