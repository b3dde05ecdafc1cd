import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Request, RequestHandler } from 'express';

import type { Desk } from './agents/desk';

/** The part of a webhook event that we use; each may be missing or of another type. */
interface RawEvent {
  sender?: { id?: unknown };
  recipient?: { id?: unknown };
  message?: {
    is_echo?: unknown;
    mid?: unknown;
    text?: unknown;
    metadata?: unknown;
    app_id?: unknown;
    attachments?: unknown;
  };
  delivery?: { mids?: unknown; watermark?: unknown };
  read?: { watermark?: unknown };
}

/**
 * Writes down what the Page has sent, and what was delivered and read, for the
 * agents' console. Bottender does not get these events: it reads the session
 * before each event and writes it after, so that an echo would undo what the
 * handler of a message has just put into the session.
 */
export function receipts(desk: Desk): RequestHandler {
  return (request, response, next) => {
    const events = eventsOf(request.body);
    const isForUs = events.length > 0 && events.every(isReceipt);
    // Bottender refuses what is not signed.
    if (request.method !== 'POST' || !isForUs || !isSigned(request)) {
      return next();
    }
    for (const event of events) record(desk, event);
    response.sendStatus(200);
  };
}

function eventsOf(body: unknown): RawEvent[] {
  const { entry } = (body ?? {}) as { entry?: unknown };
  return listOf(entry).flatMap((each) => {
    const { messaging } = (each ?? {}) as { messaging?: unknown };
    return listOf(messaging) as RawEvent[];
  });
}

function isReceipt(event: RawEvent | null): boolean {
  return Boolean(event?.message?.is_echo ?? event?.delivery ?? event?.read);
}

function record(
  desk: Desk,
  { sender, recipient, message, delivery, read }: RawEvent,
): void {
  const psid = textOf((message ? recipient : sender)?.id) ?? '';
  if (psid === '') return;
  if (message) {
    const [attachment] = listOf(message.attachments) as {
      type?: unknown;
      payload?: { url?: unknown } | null;
    }[];
    const type = textOf(attachment?.type);
    const url = textOf(attachment?.payload?.url);
    const isPicture = type === 'image' && url !== undefined;
    desk.messages.echoed(psid, {
      mid: textOf(message.mid),
      text: textOf(message.text) ?? (type && !isPicture ? `[${type}]` : ''),
      picture: isPicture ? url : undefined,
      metadata: textOf(message.metadata),
      isOurs: String(message.app_id) === process.env.MESSENGER_APP_ID,
    });
    return;
  }
  if (delivery) {
    const mids = listOf(delivery.mids).map(String);
    desk.messages.delivered(psid, mids, Number(delivery.watermark));
  } else desk.messages.seen(psid, Number(read?.watermark));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isSigned(request: Request & { rawBody?: string }): boolean {
  const secret = process.env.MESSENGER_APP_SECRET ?? '';
  const hmac = createHmac('sha256', secret).update(request.rawBody ?? '');
  const expected = Buffer.from(`sha256=${hmac.digest('hex')}`);
  const given = Buffer.from(request.get('x-hub-signature-256') ?? '');
  return (
    secret !== '' &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  );
}
