import type { FaceChannel, Message } from '../channels/channel';
import { forgetOldest } from '../forgetOldest';
import type { Runtime } from '../runtime';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { asRefusal, speakAsPageInstead } from '../speaking/refused';
import { innermostScope } from '../speaking/scope';
import { shownPersona, type InForce } from '../speaking/speaker';

import { lookOf, type Look } from './look';

/** Who is meant to speak, and the face that a message gets: none where the channel shows none, or refused it. */
export interface Shown {
  readonly look: Look;
  readonly face?: Message;
}

/**
 * How a speaker is shown; `undefined` where the bot itself speaks.
 *
 * @throws PersonaRefusedError with `refusedPersona: 'throw'`
 */
export function show(
  personas: ContextPersonas,
  channel: FaceChannel,
  speaker: InForce,
): Shown | undefined {
  if (speaker === null) return undefined;
  let look: Look | undefined;
  try {
    look = lookOf(speaker, personas, innermostScope(personas));
    if (!look || !channel.dress) return look && { look };
    const { persona, profile } = look;
    const { refusals } = personas.runtime;
    const known = refusals.onChannel(channel.title, persona);
    if (known) throw known;
    const { face, missing } = channel.dress(profile);
    if (missing !== undefined) warnOnce(personas.runtime, missing);
    return { look, face };
  } catch (error) {
    const persona = look?.persona ?? shownPersona(speaker) ?? '';
    const refusal = asRefusal(error, persona);
    if (!refusal) throw error;
    speakAsPageInstead(refusal, persona || refusal.persona, personas);
    return look && { look };
  }
}

/** So many warnings are remembered of one `personas()`. */
const MOST_TOLD = 1000;

const told = new WeakMap<Runtime, Set<string>>();

function warnOnce(runtime: Runtime, warning: string): void {
  const warnings = told.get(runtime) ?? new Set();
  told.set(runtime, warnings);
  if (warnings.has(warning)) return;
  warnings.add(warning);
  forgetOldest(warnings, MOST_TOLD);
  process.emitWarning(warning, 'PersonaWarning');
}
