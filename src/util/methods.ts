import { isObject } from './values';

export type Method = (...args: unknown[]) => unknown;

/** Properties like the methods of a class: not enumerable, and replaceable. */
export function methodDescriptors(
  byName: Record<string, unknown>,
): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = {};
  for (const [name, value] of Object.entries(byName)) {
    descriptors[name] = { value, configurable: true, writable: true };
  }
  return descriptors;
}

/** The object and its prototypes, without `Object.prototype`. */
export function* prototypeChain(object: object): Generator<object> {
  let link: unknown = object;
  while (isObject(link) && link !== Object.prototype) {
    yield link;
    link = Object.getPrototypeOf(link);
  }
}

/** Without constructors and accessors. */
export function methodNames(objects: Iterable<object>): Set<string> {
  const names = new Set<string>();
  for (const object of objects) {
    for (const name of Object.getOwnPropertyNames(object)) {
      const property = Object.getOwnPropertyDescriptor(object, name);
      if (typeof property?.value === 'function') names.add(name);
    }
  }
  names.delete('constructor');
  return names;
}

/** The names that match of everything that can be called on a value, by whichever means. */
export function callableNames(target: unknown, pattern: RegExp): string[] {
  if (!isObject(target)) return [];
  const names = [...prototypeChain(target)].flatMap(Object.getOwnPropertyNames);
  return [...new Set(names)].filter(
    (name) =>
      pattern.test(name) && typeof Reflect.get(target, name) === 'function',
  );
}
