import { EphemeralHold } from '../ephemeral/hold';
import { pageContextOf, pageOf } from '../messenger/page';

import { shownPersona, type ContextPersonas } from './contextPersonas';
import { holdWithId, type InForce } from './scope';

/** How one send comes by the ID that it carries. */
export interface Voice {
  /** As the persona was given: an ID or a name. */
  readonly persona: string;
  /** The ID, at once where it is known. May throw or reject with PersonaRefusedError. */
  id(): string | Promise<string>;
  /** Another ID for the same persona, where Messenger does not know `goneId` any more. */
  renew?(goneId: string): string | Promise<string>;
  /** Called when the send is over. */
  end?(): Promise<void>;
}

export function voiceOf(
  speaker: Exclude<InForce, null>,
  personas: ContextPersonas,
): Voice {
  const { context, runtime } = personas;
  const { directory } = runtime;
  const hold = holdOf(speaker, personas);
  if (hold) return hold.lasts ? heldVoice(hold) : lateVoice(hold);
  const persona = shownPersona(speaker);
  const host = pageContextOf(context);
  if (!host || !directory.has(persona)) return { persona, id: () => persona };
  return {
    persona,
    id: () => {
      const page = pageOf(host);
      return page instanceof Promise
        ? page.then((asked) => directory.idOf(asked, persona))
        : directory.idOf(page, persona);
    },
    renew: directory.isFixed(persona)
      ? undefined
      : async (goneId) => directory.renew(await pageOf(host), persona, goneId),
  };
}

/** The persona made for a block, also when it is spoken of by its ID inside that block. */
function holdOf(
  speaker: Exclude<InForce, null>,
  personas: ContextPersonas,
): EphemeralHold | undefined {
  return speaker instanceof EphemeralHold
    ? speaker
    : holdWithId(personas, speaker);
}

function heldVoice({ persona }: EphemeralHold): Voice {
  return {
    persona: persona.profile.name,
    id: () => persona.ready(),
    renew: (goneId) => persona.replace(goneId),
  };
}

/** A send from a block that has ended, a timer's say: the persona is taken anew for it alone. */
function lateVoice(ended: EphemeralHold): Voice {
  let hold: Promise<EphemeralHold> | undefined;
  return {
    persona: ended.persona.profile.name,
    id: () => {
      hold = ended.again();
      return hold.then(({ persona }) => persona.ready());
    },
    renew: async (goneId) => (await hold)?.persona.replace(goneId) ?? goneId,
    end: async () => (await hold?.catch(() => undefined))?.end(),
  };
}
