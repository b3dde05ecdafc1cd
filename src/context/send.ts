import { UnsupportedSenderActionError } from '../errors';
import { checkPersona } from '../persona';

import { shownPersona, type ContextPersonas } from './contextPersonas';
import { OPTIONS_POSITION, type CoveredMethod } from './methods';
import { holdFor, type InForce } from './scope';
import { uploadFirst } from './upload';

/** Bottender's own method, bound to its context. */
export type Original = (...args: unknown[]) => unknown;

type SendOptions = Record<string, unknown>;

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
  if (typeof speaker === 'string') {
    return sendWithId(speaker, personas, method, args, original);
  }
  if (speaker.lasts) {
    return sendWithId(speaker.persona.id, personas, method, args, original);
  }
  const again = await speaker.again();
  try {
    return await sendWithId(again.persona.id, personas, method, args, original);
  } finally {
    await again.end();
  }
}

function sendWithId(
  id: string,
  { context }: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
  original: Original,
): unknown {
  const carrying = withPersonaId(method, args, id);
  const uploaded = uploadFirst(context, method, carrying);
  return uploaded
    ? uploaded.then((byId) => original(...byId))
    : original(...carrying);
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
  throw new UnsupportedSenderActionError(action, shownPersona(speaker) ?? '');
}

/** The same arguments with this `personaId`, or with none for the Page. */
function withPersonaId(
  method: CoveredMethod,
  args: unknown[],
  personaId: string | null,
): unknown[] {
  const options = optionsOf(method, args);
  if (personaId === null && !(options && 'personaId' in options)) return args;
  const { personaId: _own, ...others } = options ?? {};
  const changed = [...args];
  changed[OPTIONS_POSITION[method]] =
    personaId === null ? others : { ...others, personaId };
  return changed;
}

function optionsOf(
  method: CoveredMethod,
  args: unknown[],
): SendOptions | undefined {
  const options = args[OPTIONS_POSITION[method]];
  return typeof options === 'object' && options !== null
    ? (options as SendOptions)
    : undefined;
}
