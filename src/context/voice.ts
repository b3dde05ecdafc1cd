import { EphemeralHold } from '../ephemeral/hold';
import { pageOf, type Page, type PageContext } from '../messenger/page';
import { isPersonaId, type Persona } from '../persona';

import type { Occasion } from './occasion';
import { madeWithId, type Scope } from './scope';
import {
  UnmadePersona,
  type InForce,
  type UnavailablePersona,
} from './speaker';
import { unknownPersona } from './unknown';

/** How one send comes by the ID that it carries. */
export interface Voice {
  /** As the persona was given: an ID or a name. */
  readonly persona: string;
  /** What customers read above the messages, where that is known. */
  readonly name?: string | undefined;
  /**
   * The ID, at once where it is known; `null` where the send goes nowhere, so
   * that nothing is looked up for it. May throw or reject with PersonaRefusedError.
   */
  id(): string | null | Promise<string>;
  /** Another ID for the same persona, because `goneId` is gone from the Page. */
  renew?: ((goneId: string) => string | Promise<string>) | undefined;
  /** Called when the send is over. */
  end?: () => Promise<void>;
}

export function voiceOf(
  speaker: Exclude<InForce, null>,
  occasion: Occasion,
  scope: Scope | undefined,
): Voice {
  if (typeof speaker === 'string')
    return voiceOfGiven(speaker, occasion, scope);
  if (speaker instanceof EphemeralHold) {
    return speaker.lasts ? heldVoice(speaker) : lateVoice(speaker);
  }
  if (speaker instanceof UnmadePersona) return unmadeVoice(speaker, occasion);
  return unavailableVoice(speaker);
}

/** An ID, or a name: the directory's, or the ID of a persona made for an enclosing block. */
function voiceOfGiven(
  persona: Persona,
  occasion: Occasion,
  scope: Scope | undefined,
): Voice {
  const made = madeWithId(scope, persona);
  if (made instanceof EphemeralHold || made instanceof UnmadePersona) {
    return voiceOf(made, occasion, scope);
  }
  if (isPersonaId(persona)) return { persona, id: () => persona };
  const { directory } = occasion.runtime;
  if (!directory.has(persona)) return unknownVoice(persona, occasion);
  return namedVoice(persona, occasion);
}

function namedVoice(persona: Persona, occasion: Occasion): Voice {
  const { host, goesOut, runtime } = occasion;
  const { directory } = runtime;
  const name = directory.profileOf(persona)?.name;
  const fixed = directory.fixedIdOf(persona);
  if (fixed !== undefined) return { persona, name, id: () => fixed };
  if (!host) return { persona, name, id: () => persona };
  if (!goesOut) return { persona, name, id: () => null };
  return {
    persona,
    name,
    id: () => idOnPage(host, (page) => directory.idOf(page, persona)),
    renew: (goneId) =>
      idOnPage(host, (page) => directory.renew(page, persona, goneId)),
  };
}

function idOnPage(
  host: PageContext,
  idOn: (page: Page) => string | Promise<string>,
): string | Promise<string> {
  const page = pageOf(host);
  return page instanceof Promise ? page.then(idOn) : idOn(page);
}

/** A string that stands for nobody: no Graph call is made to find that out. */
function unknownVoice(persona: Persona, occasion: Occasion): Voice {
  return {
    persona,
    id: () => {
      throw unknownPersona(persona, occasion);
    },
  };
}

function heldVoice({ persona }: EphemeralHold): Voice {
  const { name } = persona.profile;
  return {
    persona: name,
    name,
    id: () => persona.ready(),
    renew: (goneId) => persona.replace(goneId),
  };
}

/** A send from a block that has ended, a timer's say: the persona is taken anew for it alone. */
function lateVoice(ended: EphemeralHold): Voice {
  const { name } = ended.persona.profile;
  let hold: Promise<EphemeralHold> | undefined;
  return {
    persona: name,
    name,
    id: () => {
      hold = ended.again();
      return hold.then(({ persona }) => persona.ready());
    },
    renew: async (goneId) => (await hold)?.persona.replace(goneId) ?? goneId,
    end: async () => (await hold?.catch(() => undefined))?.end(),
  };
}

function unmadeVoice(
  { persona: { id, profile } }: UnmadePersona,
  { host }: Occasion,
): Voice {
  // Messenger's own contexts have one only where nothing goes out.
  const shown = host ? null : id;
  return { persona: profile.name, name: profile.name, id: () => shown };
}

function unavailableVoice({ refusal, name }: UnavailablePersona): Voice {
  return {
    persona: name ?? refusal.persona,
    name,
    id: () => {
      throw refusal;
    },
  };
}
