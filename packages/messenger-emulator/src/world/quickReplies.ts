import type { OfferedQuickReply } from './conversations';

/** The quick reply that has this payload, or asks for what it is. */
export function offeredBy(
  quickReplies: readonly OfferedQuickReply[],
  payload: string,
): { title: string } | undefined {
  const named = quickReplies.find((each) => each.payload === payload);
  if (named) return named;
  const asked = quickReplies.some(({ contentType }) =>
    contentType === 'user_email'
      ? /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(payload)
      : contentType === 'user_phone_number' &&
        /^\+?[\d\s()-]{5,30}$/.test(payload),
  );
  return asked ? { title: payload } : undefined;
}
