import type { Message } from '../channels/messageCall';
import type { Settings } from '../options';
import { reasonOf } from '../util/failures';
import { warn } from '../util/warn';

/**
 * A message that goes out without its profile, whose text says who speaks.
 *
 * @param max a longer text would not be delivered
 */
export function signText(
  message: Message,
  name: string | undefined,
  { signText: sign }: Settings,
  max: number,
): Message {
  const { text, fields } = message;
  if (!sign || name === undefined || text === undefined) return message;
  // LINE refuses a text whose emojis are not at their places.
  if (fields.emojis !== undefined) return message;
  let problem: string | undefined;
  try {
    const signed: unknown = sign(text, { name });
    problem = problemOf(signed, max);
    if (problem === undefined) return { ...message, text: signed as string };
    // An async function's own failure is reported by that, and must not end the process.
    Promise.resolve(signed).catch(() => undefined);
  } catch (error) {
    problem = reasonOf(error);
  }
  warn(`The option "signText" failed: ${problem}. The text went out unsigned.`);
  return message;
}

function problemOf(signed: unknown, max: number): string | undefined {
  if (typeof signed !== 'string') {
    return `it returned no text, but a value of type ${typeof signed}`;
  }
  if (signed.trim() === '') return 'it returned an empty text';
  return signed.length > max
    ? `it returned more than the ${max} characters that the channel takes`
    : undefined;
}
