import type { Context } from 'bottender';

import { secretsOf } from '../graph/secrets';
import { readGraphFailure } from '../graph/graphFailure';
import { checkPersona } from '../persona';
import { createRefusal } from '../refusals/refusals';
import type { Runtime } from '../runtime';
import type { SendContext } from '../sendContext';
import { isThenable } from '../util/values';
import { withTimeout } from '../util/withTimeout';

import { speakerFor, type ActiveSpeaker } from './speaker';

/** How long an event waits for an async `initialPersona`, in milliseconds. */
const TIMEOUT_MS = 5000;

const TIMED_OUT = Symbol('timed out');

/**
 * The speaker that `initialPersona` names when an event starts. If it fails, the
 * failure is reported and the Page speaks, or, with `refusedPersona: 'throw'`,
 * each send rejects. Never throws or rejects.
 */
export function initialSpeaker(
  context: Context,
  runtime: Runtime,
  sendContext: () => SendContext,
): ActiveSpeaker | Promise<ActiveSpeaker> {
  const { initialPersona } = runtime.settings;
  if (typeof initialPersona !== 'function') return speakerFor(initialPersona);
  const named = (given: unknown) => {
    if (given !== TIMED_OUT) return speakerFor(checkPersona(given ?? null));
    throw new Error(`it did not answer within ${TIMEOUT_MS / 1000} seconds`);
  };
  const failed = (error: unknown) =>
    unavailableSpeaker(error, runtime, sendContext());
  try {
    const given = initialPersona(context);
    if (!isThenable(given)) return named(given);
    const inTime = withTimeout(Promise.resolve(given), TIMEOUT_MS, TIMED_OUT);
    return inTime.then(named).catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function unavailableSpeaker(
  error: unknown,
  { refusals, settings }: Runtime,
  context: SendContext,
): ActiveSpeaker {
  const { message } = readGraphFailure(error, secretsOf(context.page?.client));
  const refusal = createRefusal('initial-persona', 'initialPersona', context, {
    // The error message adds a period.
    message: message.replace(/\.$/, ''),
  });
  if (settings.refusedPersona !== 'throw') {
    refusals.notify(refusal, refusal.persona, context);
  }
  return { kind: 'unavailable', refusal };
}
