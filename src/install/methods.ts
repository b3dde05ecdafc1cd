import type { Original } from '../sending/call';

/** What has methods: a class's prototype, or an object of functions. */
export type Methods = Record<string, Original | undefined>;

/** As a class's methods are: not shown, and replaceable. */
export function methods(
  byName: Record<string, unknown>,
): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = {};
  for (const [name, value] of Object.entries(byName)) {
    descriptors[name] = { value, configurable: true, writable: true };
  }
  return descriptors;
}
