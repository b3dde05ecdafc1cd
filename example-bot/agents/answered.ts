import { setTimeout as wait } from 'node:timers/promises';

const ANSWER_MS = 30_000;
const MAX_REASON = 300;

/** Rejects if Messenger does not answer. Bottender's client would wait for ever. */
export async function answered<T>(
  call: Promise<T>,
  timeoutMs = ANSWER_MS,
): Promise<T> {
  const over = new AbortController();
  const options = { signal: over.signal, ref: false };
  const timeout = wait(timeoutMs, undefined, options).then(() => {
    throw new Error(
      `Messenger has not answered for ${timeoutMs / 1000} seconds.`,
    );
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([call, timeout]);
  } finally {
    over.abort();
  }
}

/** For agents to read. The messages of Messenger's client contain no address and no token. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, MAX_REASON);
}
