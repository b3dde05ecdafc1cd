import type { Message } from '../channels/messageCall';
import type { Settings } from '../options';

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
  const { text } = message;
  if (!sign || name === undefined || text === undefined) return message;
  try {
    const signed: unknown = sign(text, { name });
    if (typeof signed === 'string' && signed.trim() !== '') {
      if (signed.length <= max) return { ...message, text: signed };
      warn(
        `it returned more than the ${max} characters that the channel takes`,
      );
      return message;
    }
    warn(
      typeof signed === 'string'
        ? 'it returned an empty text'
        : `it returned no text, but a value of type ${typeof signed}`,
    );
    // An async function's own failure is reported by that, and must not end the process.
    Promise.resolve(signed).catch(() => undefined);
  } catch (error) {
    warn(
      error instanceof Error
        ? error.message
        : `it threw a value of type ${typeof error}`,
    );
  }
  return message;
}

function warn(reason: string): void {
  process.emitWarning(
    `The option "signText" of personas() failed: ${reason}. The text went out unsigned.`,
    'PersonaWarning',
  );
}
