import { randomBytes, randomInt } from 'node:crypto';

/** An ID of 17 digits, like those of personas and attachments. */
export function newObjectId(): string {
  const high = randomInt(100_000_000, 1_000_000_000);
  const low = randomInt(0, 100_000_000);
  return `${high}${String(low).padStart(8, '0')}`;
}

/** A message ID, like `message.mid` in a webhook. */
export function newMessageId(): string {
  return `m_${randomBytes(24).toString('base64url')}`;
}
