import { debug } from './debug';

/** Invokes a user's callback in a later turn, and logs what it throws or rejects with. */
export function invokeCallback<A extends unknown[]>(
  callback: (...args: A) => unknown,
  ...args: A
): void {
  Promise.resolve()
    .then(() => callback(...args))
    .catch((error: unknown) =>
      // Only the message: an error of the client prints its token.
      debug(
        'a callback failed: %s',
        error instanceof Error ? error.message : typeof error,
      ),
    );
}
