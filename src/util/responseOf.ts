import { getProperty, isObject } from './values';

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
