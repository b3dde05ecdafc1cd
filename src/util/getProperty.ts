import { isObject } from './isObject';

/** A property of an unknown value; `undefined` if the value is not an object. */
export function getProperty(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}
