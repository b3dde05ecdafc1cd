import { getProperty, isObject } from './values';

/** Why something failed: only the message, because an error of a client prints its token. */
export function reasonOf(error: unknown): string {
  return error instanceof Error
    ? error.message
    : `it threw a value of type ${typeof error}`;
}

/** `Promise.reject` for an error of unknown type, which the linter refuses. */
export function rejected(error: unknown): Promise<never> {
  return new Promise(() => {
    throw error;
  });
}

const MAX_CAUSES = 10;

/** What a platform answered to a call that failed: in the client's error, or in one that wraps it as its `cause`. */
export function responseOf(error: unknown): unknown {
  let from = error;
  for (let depth = 0; isObject(from) && depth < MAX_CAUSES; depth += 1) {
    const response = getProperty(from, 'response');
    if (response !== undefined) return response;
    from = getProperty(from, 'cause');
  }
  return undefined;
}
