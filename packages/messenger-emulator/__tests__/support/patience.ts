import type { MessengerEmulator } from 'messenger-emulator';

/** Somewhat less than Jest's patience, whose message would not say what was waited for. */
export const PATIENCE_MS = 100_000;

/** An emulator that waits longer than it does by itself: a busy machine is no fault of the code. */
export function patient(emulator: MessengerEmulator): MessengerEmulator {
  return {
    ...emulator,
    waitFor: (check, timeoutMs = PATIENCE_MS) =>
      emulator.waitFor(check, timeoutMs),
  };
}
