import { debug } from './debug';

/** Calls back a user's callback; what it throws or rejects with goes no further. */
export function invokeCallback<A extends unknown[]>(
  callback: (...args: A) => unknown,
  ...args: A
): void {
  Promise.resolve()
    .then(() => callback(...args))
    // The message alone: an error of the client would print its token.
    .catch((error: unknown) =>
      debug(
        'a callback failed: %s',
        error instanceof Error ? error.message : typeof error,
      ),
    );
}
