import { debug } from './debug';
import { reasonOf } from './failures';

/** Invokes a user's callback in a later turn, and logs what it throws or rejects with. */
export function invokeCallback<A extends unknown[]>(
  callback: (...args: A) => unknown,
  ...args: A
): void {
  Promise.resolve()
    .then(() => callback(...args))
    .catch((error: unknown) => debug('a callback failed: %s', reasonOf(error)));
}
