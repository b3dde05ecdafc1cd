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
