import type { Context } from 'bottender';

import { PersonaRefusedError } from '../errors';
import { getProperty } from '../util/getProperty';
import { secretsOf } from '../graph/call';
import { readGraphFailure } from '../graph/graphFailure';
import { pageIdFromEvent } from '../graph/page';
import { withTimeout } from '../util/withTimeout';
import { checkPersona } from '../persona';

import type { Occasion } from './occasion';
import { speakAsPageInstead } from './refused';
import { UnavailablePersona, type InForce } from './speaker';

/** The event that starts. */
type Event = Occasion & { readonly context: Context };

/** A customer waits: after this the Page speaks. */
const WITHIN_MS = 5000;

const LATE = Symbol('late');

/**
 * Whom the option `initialPersona` puts in force when an event starts. Where it
 * fails the event goes on: the Page speaks and that is told, or each send that
 * would carry it is refused. Never throws or rejects.
 */
export function initialPersonaOf(event: Event): InForce | Promise<InForce> {
  const { initialPersona } = event.runtime.settings;
  if (typeof initialPersona !== 'function') return initialPersona;
  try {
    const given = initialPersona(event.context);
    if (!isThenable(given)) return checkPersona(given ?? null);
    return inTime(given).catch((error: unknown) => failed(error, event));
  } catch (error) {
    return failed(error, event);
  }
}

async function inTime(given: PromiseLike<unknown>): Promise<InForce> {
  const persona = await withTimeout(Promise.resolve(given), WITHIN_MS, LATE);
  if (persona === LATE) {
    throw new Error(`it did not answer within ${WITHIN_MS / 1000} seconds`);
  }
  return checkPersona(persona ?? null);
}

function failed(error: unknown, event: Event): InForce {
  const { pageContext } = event;
  const { message } = readGraphFailure(
    error,
    pageContext && secretsOf(pageContext.client),
  );
  const refusal = new PersonaRefusedError(
    'initial-persona',
    'initialPersona',
    pageContext && pageIdFromEvent(pageContext),
    // The advice that follows is a sentence of its own.
    { message: message.replace(/\.$/, '') },
    event.where,
  );
  try {
    speakAsPageInstead(refusal, refusal.persona, event);
  } catch {
    // With 'throw' each send that would carry it rejects; the event goes on.
  }
  return new UnavailablePersona(refusal);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof getProperty(value, 'then') === 'function';
}
