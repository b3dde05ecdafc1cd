import type { Context } from 'bottender';

/**
 * Bottender sends nothing without a session, nor in answer to its own echoes
 * and receipts, so nothing is uploaded, looked up or made for these.
 */
export function goesOut({ session, event }: Context): boolean {
  return Boolean(
    session && !event.isEcho && !event.isDelivery && !event.isRead,
  );
}
