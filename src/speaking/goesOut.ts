/** What of a context tells whether it sends; what stands in for one in a test may have no event. */
interface Answering {
  readonly session: unknown;
  readonly event?: {
    readonly isEcho?: unknown;
    readonly isDelivery?: unknown;
    readonly isRead?: unknown;
  } | null;
}

/**
 * Bottender sends nothing without a session, nor in answer to its own echoes
 * and receipts, so nothing is uploaded, looked up or made for these.
 */
export function goesOut({ session, event }: Answering): boolean {
  return Boolean(
    session && !event?.isEcho && !event?.isDelivery && !event?.isRead,
  );
}
