import { isObject } from './isObject';

/** A property of an unknown value; `undefined` if the value is not an object. */
export function getProperty(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

/** A property that is a text; empty where there is none. */
export function textIn(value: unknown, name: string): string {
  const text = getProperty(value, name);
  return typeof text === 'string' ? text : '';
}
