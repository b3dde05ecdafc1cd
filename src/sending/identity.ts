import { PersonaHandle } from '../ephemeral/handle';
import { clientOf, pageOf, type Page, type PageContext } from '../graph/page';
import { isPersonaId, type Persona } from '../persona';
import { pageIdAt, type Occasion } from '../speaking/occasion';
import { madeWithId, type Scope } from '../speaking/scope';
import {
  UnmadePersona,
  type InForce,
  type UnavailablePersona,
} from '../speaking/speaker';

import { unknownPersona } from './unknown';

/** How one send comes by the ID that it carries: the identity, because all of it is for that ID. */
export interface Identity {
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

export function identityOf(
  speaker: Exclude<InForce, null>,
  occasion: Occasion,
  scope: Scope | undefined,
): Identity {
  if (typeof speaker === 'string')
    return identityOfGiven(speaker, occasion, scope);
  if (speaker instanceof PersonaHandle) {
    return speaker.isActive && isOnItsPage(speaker, occasion)
      ? heldIdentity(speaker)
      : anewIdentity(speaker, occasion);
  }
  if (speaker instanceof UnmadePersona)
    return unmadeIdentity(speaker, occasion);
  return unavailableIdentity(speaker);
}

/** An ID, or a name: the directory's, or the ID of a persona made for an enclosing block. */
function identityOfGiven(
  persona: Persona,
  occasion: Occasion,
  scope: Scope | undefined,
): Identity {
  const made = madeWithId(scope, persona);
  if (made instanceof PersonaHandle || made instanceof UnmadePersona) {
    return identityOf(made, occasion, scope);
  }
  if (isPersonaId(persona)) return { persona, id: () => persona };
  const { directory } = occasion.runtime;
  if (!directory.has(persona)) return unknownIdentity(persona, occasion);
  return namedIdentity(persona, occasion);
}

function namedIdentity(persona: Persona, occasion: Occasion): Identity {
  const { pageContext, goesOut, runtime } = occasion;
  const { directory } = runtime;
  const name = directory.profileOf(persona)?.name;
  const fixed = directory.fixedIdOf(persona);
  if (fixed !== undefined) return { persona, name, id: () => fixed };
  if (!pageContext) return { persona, name, id: () => persona };
  if (!goesOut) return { persona, name, id: () => null };
  return {
    persona,
    name,
    id: () => idOnPage(pageContext, (page) => directory.idOf(page, persona)),
    renew: (goneId) =>
      idOnPage(pageContext, (page) => directory.renew(page, persona, goneId)),
  };
}

function idOnPage(
  pageContext: PageContext,
  idOn: (page: Page) => string | Promise<string>,
): string | Promise<string> {
  const page = pageOf(pageContext);
  return page instanceof Promise ? page.then(idOn) : idOn(page);
}

/** A string that stands for nobody: no Graph call is made to find that out. */
function unknownIdentity(persona: Persona, occasion: Occasion): Identity {
  return {
    persona,
    id: () => {
      throw unknownPersona(persona, occasion);
    },
  };
}

function heldIdentity({ persona }: PersonaHandle): Identity {
  const { name } = persona.profile;
  return {
    persona: name,
    name,
    id: () => persona.ready(),
    renew: (goneId) => persona.replace(goneId),
  };
}

/** After `useAccessToken` inside the block another Page speaks, which does not know the persona. */
function isOnItsPage(
  { persona: { page } }: PersonaHandle,
  occasion: Occasion,
): boolean {
  const { pageContext } = occasion;
  if (!pageContext || clientOf(pageContext) === page.client) return true;
  return pageIdAt(occasion) === page.id;
}

/**
 * A send that the block's hold does not serve, because the block has ended, for
 * a timer say, or another Page speaks: the persona is taken anew for it alone,
 * on the Page that it goes out from.
 */
function anewIdentity(
  hold: PersonaHandle,
  { pageContext }: Occasion,
): Identity {
  const { name } = hold.persona.profile;
  const take = async () =>
    hold.reacquire(pageContext ? await pageOf(pageContext) : undefined);
  let taken: Promise<PersonaHandle> | undefined;
  const anew = () => (taken ??= take());
  return {
    persona: name,
    name,
    id: async () => (await anew()).persona.ready(),
    renew: async (goneId) => (await anew()).persona.replace(goneId),
    end: async () => (await anew().catch(() => undefined))?.release(),
  };
}

function unmadeIdentity(
  { persona: { id, profile } }: UnmadePersona,
  { pageContext }: Occasion,
): Identity {
  // Messenger's own contexts have one only where nothing goes out.
  const shown = pageContext ? null : id;
  return { persona: profile.name, name: profile.name, id: () => shown };
}

function unavailableIdentity({ refusal, name }: UnavailablePersona): Identity {
  return {
    persona: name ?? refusal.persona,
    name,
    id: () => {
      throw refusal;
    },
  };
}
