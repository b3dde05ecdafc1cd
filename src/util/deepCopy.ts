import { isPlainObject } from './values';

/**
 * Copies plain objects and arrays at any depth. Everything else, such as file contents, is shared.
 *
 * @param isKept whether a property is copied
 */
export function deepCopy<T>(
  value: T,
  isKept: (name: string) => boolean = () => true,
): T {
  if (Array.isArray(value)) {
    return (value as unknown[]).map((each) => deepCopy(each, isKept)) as T;
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([name]) => isKept(name))
    .map(([name, inner]) => [name, deepCopy(inner, isKept)]);
  return Object.fromEntries(entries) as T;
}
