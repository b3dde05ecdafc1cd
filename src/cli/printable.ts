/** Control characters, and those that change the text direction. */
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

/** Replaces characters that would control the terminal: names, IDs and errors come from outside. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** `printable` for text with several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Escapes the control characters that JSON.stringify leaves. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    character === '\n'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
