/** Since which Bottender faces are shown, and how an earlier one is told by its contexts. */

import { lineOf } from './methods';

/**
 * Whether a context is of Bottender 1.5 or later. Before, LINE's and Slack's
 * contexts send otherwise, and are not tested. Told by the class that all
 * contexts extend, the one with `setState`: it has had `typing` since 1.5, while
 * before each channel's class had its own. What extends no such class, as mocks
 * do, is taken for a new one.
 *
 * @param base the prototype of the context's class
 * @see https://github.com/Yoctol/bottender/pull/796
 */
export function showsFaces(base: object): boolean {
  const context = [...lineOf(base)].find((from) =>
    Object.hasOwn(from, 'setState'),
  );
  return !context || Object.hasOwn(context, 'typing');
}
