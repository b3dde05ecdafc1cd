import { UndeliveredError } from '../world/delivery';

/** A refusal of the emulator's own API. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What was said nevertheless. */
    readonly mid?: string,
  ) {
    super(message);
  }
}

export function notFound(): ControlError {
  return new ControlError(404, 'There is nothing here');
}

/** What is not the sender's mistake lies with the bot. */
export async function blameWebhook<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    const mid = error instanceof UndeliveredError ? error.mid : undefined;
    throw new ControlError(502, error.message, mid);
  }
}
