import { UndeliveredError } from '../world/delivery';

/** An error response of the emulator's own API. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The message that was recorded all the same. */
    readonly mid?: string,
  ) {
    super(message);
  }
}

export function notFound(): ControlError {
  return new ControlError(404, 'Not found');
}

/** Reports errors other than the caller's own mistakes as the webhook's: 502. */
export async function blameWebhook<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    const mid = error instanceof UndeliveredError ? error.mid : undefined;
    throw new ControlError(502, error.message, mid);
  }
}
