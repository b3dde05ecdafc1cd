import { randomBytes, randomInt } from 'node:crypto';

/** An ID of 17 digits, as Graph gives to personas and attachments. */
export function newObjectId(): string {
  const high = randomInt(100_000_000, 1_000_000_000);
  const low = randomInt(0, 100_000_000);
  return `${high}${String(low).padStart(8, '0')}`;
}

/** A message ID, as in a webhook's `message.mid`. */
export function newMessageId(): string {
  return `m_${randomBytes(24).toString('base64url')}`;
}
