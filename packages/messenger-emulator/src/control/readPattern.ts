import { RE2JS } from 're2js';
import { checkText, fail } from '../values/checks';

const LONGEST = 200;

/**
 * `pathPattern` of a fault. RE2's expressions take time in proportion to the
 * path: none runs for ever.
 *
 * @throws {TypeError} for what is no such expression.
 */
export function readPattern(pathPattern: unknown): RE2JS | undefined {
  if (pathPattern === undefined) return undefined;
  const source = checkText(pathPattern, 'pathPattern');
  if (source.length > LONGEST) {
    fail('pathPattern', `at most ${LONGEST} characters`);
  }
  try {
    return RE2JS.compile(source);
  } catch {
    return fail(
      'pathPattern',
      'a regular expression without look-around and back-references',
    );
  }
}
