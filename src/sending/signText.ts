import type { Channel } from '../channels/channel';
import type { Message } from '../channels/messageCall';
import type { Settings } from '../options';
import { reasonOf } from '../util/failures';
import { getProperty, isObject } from '../util/values';
import { warn } from '../util/warn';

/** A message that goes out without its profile, whose text says who speaks. */
export function signText(
  message: Message,
  name: string | undefined,
  { signText: sign }: Settings,
  channel: Channel,
): Message {
  const { text } = message;
  if (!sign || name === undefined || text === undefined) return message;
  const { maxTextLength = Infinity } = channel;
  let problem: string | undefined;
  try {
    const signed: unknown = sign(text, { name });
    problem = problemOf(signed, maxTextLength);
    if (problem === undefined) {
      return withSignature(message, text, String(signed), channel);
    }
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

/** The message with its signed text. Places in the text move with it: LINE refuses an emoji at another place. */
function withSignature(
  message: Message,
  text: string,
  signed: string,
  { placesInText }: Channel,
): Message {
  const { fields } = message;
  if (!placesInText || fields[placesInText.field] === undefined) {
    return { ...message, text: signed };
  }
  const { field, place } = placesInText;
  const places = fields[field];
  const before = signed.indexOf(text);
  if (before < 0 || !Array.isArray(places)) return message;
  const moved = places.map((entry: unknown) => {
    const at = getProperty(entry, place);
    if (!isObject(entry) || typeof at !== 'number') return entry;
    return { ...entry, [place]: at + before };
  });
  return { ...message, text: signed, fields: { ...fields, [field]: moved } };
}
