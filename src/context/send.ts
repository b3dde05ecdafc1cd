import { UnsupportedSenderActionError } from '../errors';
import { checkPersona } from '../persona';

import { optionsOf, withPersonaId } from './arguments';
import { shownPersona, type ContextPersonas } from './contextPersonas';
import type { CoveredMethod } from './methods';
import { refusalOf, speakAsPageInstead } from './refused';
import { holdFor, type InForce } from './scope';
import { uploadFirst } from './upload';
import { voiceOf, type Voice } from './voice';

/** Bottender's own method, bound to its context. */
export type Original = (...args: unknown[]) => unknown;

/** Sends the message with this persona, or as the Page. */
type Attempt = (personaId: string | null) => unknown;

/**
 * One call of a covered method: decides at once who speaks, and hands Bottender
 * the same call with that persona. The caller's options stay as they were.
 */
export function send(
  personas: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
  original: Original,
): Promise<unknown> {
  const sending = deliver(personas, method, args, original);
  // The caller gets a promise of its own, so that a rejection which nobody
  // handles is still reported as one although a persona waits for its end.
  return holdFor(personas, sending)
    ? sending.then((answer) => answer)
    : sending;
}

async function deliver(
  personas: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
  original: Original,
): Promise<unknown> {
  const speaker = speakerOf(personas, method, args);
  if (speaker === null) return original(...withPersonaId(method, args, null));
  const attempt = attemptsOf(personas, method, args, original);
  const voice = voiceOf(speaker, personas);
  try {
    return await speak(voice, personas, attempt);
  } finally {
    if (voice.end) await voice.end();
  }
}

/**
 * Sends as the persona; where Messenger does not know its ID any more and
 * another can be had, once more with that; where it is refused, as the Page.
 * Only a definite refusal is followed by another attempt, so that no message
 * goes out twice.
 */
async function speak(
  voice: Voice,
  personas: ContextPersonas,
  attempt: Attempt,
): Promise<unknown> {
  let id: string | undefined;
  for (let renewed = false; ; renewed = true) {
    try {
      const next = id === undefined ? voice.id() : voice.renew?.(id);
      id = typeof next === 'string' ? next : await next;
      return await attempt(id ?? null);
    } catch (error) {
      const refusal = refusalOf(error, voice.persona, personas);
      if (!refusal) throw error;
      if (refusal.reason === 'unknown' && voice.renew && !renewed) continue;
      speakAsPageInstead(refusal, personas);
      return attempt(null);
    }
  }
}

/** The attempts at one message; a file is uploaded for the first that needs it, and once. */
function attemptsOf(
  { context }: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
  original: Original,
): Attempt {
  let prepared = args;
  return (personaId) => {
    const uploaded = personaId && uploadFirst(context, method, prepared);
    if (!uploaded)
      return original(...withPersonaId(method, prepared, personaId));
    return uploaded.then((byId) => {
      prepared = byId;
      return original(...withPersonaId(method, prepared, personaId));
    });
  };
}

/** Who speaks in this call: its own `personaId`, else what is in force. */
function speakerOf(
  personas: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
): InForce {
  const own = optionsOf(method, args)?.personaId;
  const speaker = own === undefined ? personas.inForce() : checkPersona(own);
  if (speaker === null || method !== 'sendSenderAction') return speaker;
  const action = String(args[0]);
  if (action === 'typing_on' || action === 'typing_off') return speaker;
  if (personas.runtime.settings.unsupportedSenderActions === 'as-page') {
    return null;
  }
  throw new UnsupportedSenderActionError(action, shownPersona(speaker));
}
