/**
 * Cancels an axios request when the signal is aborted. axios 0.21, which knows no
 * AbortSignal, awaits `promise`; later versions call the other functions.
 *
 * Apart from `graphCall.ts`, which public types refer to: they need no types of Node.
 */
export function cancelToken(signal: AbortSignal) {
  return {
    promise: new Promise<unknown>((resolve) => {
      signal.addEventListener('abort', () => resolve(signal.reason));
    }),
    throwIfRequested: () => signal.throwIfAborted(),
    subscribe: (listener: () => void) =>
      signal.addEventListener('abort', listener),
    unsubscribe: (listener: () => void) =>
      signal.removeEventListener('abort', listener),
    toAbortSignal: () => signal,
  };
}
