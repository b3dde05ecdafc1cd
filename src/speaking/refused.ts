import { debug } from '../util/debug';
import { PersonaRefusedError, UnknownPageError } from '../errors';
import { invokeCallback } from '../util/invokeCallback';

import type { Occasion } from './occasion';

/** Refusals that were told: one that is remembered, or waited out, is met again and again. */
const told = new WeakSet<PersonaRefusedError>();

/** What Pages that nobody names came to: one refusal for as long as they are waited out. */
const pageless = new WeakMap<UnknownPageError, PersonaRefusedError>();

/** The error as a reason to speak as the Page; `undefined` when it is none. */
export function asRefusal(
  error: unknown,
  persona: string,
): PersonaRefusedError | undefined {
  if (error instanceof PersonaRefusedError) return error;
  if (!(error instanceof UnknownPageError)) return undefined;
  const refusal =
    pageless.get(error) ??
    new PersonaRefusedError('not-made', persona, undefined, error.failure);
  pageless.set(error, refusal);
  return refusal;
}

/**
 * Tells, once, of a refusal after which the Page speaks instead.
 *
 * @param persona who was meant: an ID or a name
 * @throws the refusal with `refusedPersona: 'throw'`
 */
export function speakAsPageInstead(
  refusal: PersonaRefusedError,
  persona: string,
  occasion: Occasion,
): void {
  const { settings, stats } = occasion.runtime;
  if (settings.refusedPersona !== 'throw') {
    return tellOf(refusal, persona, occasion);
  }
  stats.refused[refusal.reason] += 1;
  debug('refused, and the send rejects: %s', refusal.message);
  throw refusal;
}

/** Counts a refusal, and tells of it once. */
export function tellOf(
  refusal: PersonaRefusedError,
  persona: string,
  { context, psid, runtime: { settings, stats } }: Occasion,
): void {
  stats.refused[refusal.reason] += 1;
  debug('refused, and sent without its face: %s', refusal.message);
  if (told.has(refusal)) return;
  told.add(refusal);
  invokeCallback(settings.onRefused, refusal, {
    context,
    recipient: psid,
    persona,
  });
}
