import createDebug from 'debug';

const debug = createDebug('bottender:persona');

/** Calls back a user's callback; what it throws or rejects with goes no further. */
export function tell<A extends unknown[]>(
  callback: (...args: A) => unknown,
  ...args: A
): void {
  Promise.resolve()
    .then(() => callback(...args))
    .catch((error: unknown) => debug('a callback failed: %O', error));
}
