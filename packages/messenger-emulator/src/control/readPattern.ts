import { RE2JS } from 're2js';
import { checkText, fail } from '../values/checks';

const LONGEST = 200;

/**
 * Compiles the `pathPattern` of a fault with RE2, which matches in linear time.
 *
 * @throws {TypeError} if it is not a regular expression of RE2.
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
