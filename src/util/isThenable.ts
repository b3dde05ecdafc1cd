import { getProperty } from './getProperty';

/** Whether it is a promise, of whichever library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof getProperty(value, 'then') === 'function';
}
