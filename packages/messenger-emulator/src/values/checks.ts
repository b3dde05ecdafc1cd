import { isObject, type JsonObject } from './json';

/** Checks of values from callers; each error names the option. */

export function fail(option: string, expected: string): never {
  throw new TypeError(`Messenger emulator: \`${option}\` must be ${expected}`);
}

export function checkKnown(
  value: object,
  known: readonly string[],
  where: string,
): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `Messenger emulator: unknown option \`${where}${key}\`; known are ${known.join(', ')}`,
      );
    }
  }
}

export function checkObject(value: unknown, option: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(option, 'an object');
  }
  return value;
}

/** Like `checkObject`, with access to the fields. */
export function checkFields(value: unknown, option: string): JsonObject {
  return isObject(value) ? value : fail(option, 'an object');
}

export function checkText(value: unknown, option: string): string {
  if (typeof value !== 'string' || value === '') {
    fail(option, 'a non-empty string');
  }
  return value;
}

export function checkLength(
  text: string,
  option: string,
  most: number,
): string {
  return text.length > most ? fail(option, `at most ${most} characters`) : text;
}

/** IDs occur in URL paths, so they consist of letters, digits, `_` and `-`. */
export function checkId(value: unknown, option: string): string {
  if (
    typeof value !== 'string' ||
    !/^[\w-]{1,64}$/.test(value) ||
    value === 'me'
  ) {
    fail(option, 'an ID (1 to 64 letters, digits, "_" or "-")');
  }
  return value;
}

export function checkHttpUrl(value: unknown, option: string): string {
  if (typeof value !== 'string' || !isHttpUrl(value)) {
    fail(option, 'an http(s) URL');
  }
  return value;
}

/** A limit that bounds memory. */
const MAX_URL_LENGTH = 8192;

export function isHttpUrl(text: string): boolean {
  return (
    text.length <= MAX_URL_LENGTH &&
    /^https?:\/\//i.test(text) &&
    URL.canParse(text)
  );
}

export function checkInteger(
  value: unknown,
  option: string,
  least: number,
  most: number,
): number {
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < least ||
    value > most
  ) {
    fail(option, `an integer from ${least} to ${most}`);
  }
  return value;
}

export function checkBoolean(value: unknown, option: string): boolean {
  if (typeof value !== 'boolean') fail(option, 'true or false');
  return value;
}
