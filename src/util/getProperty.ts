import { isObject } from './isObject';

/** A field of what may be anything; `undefined` where it has none. */
export function getProperty(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}
