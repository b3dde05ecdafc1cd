import type { PersonaHandle } from '../ephemeral/handle';
import { clientOf, pageOf, type Page } from '../graph/page';
import { isPersonaId, type Persona } from '../persona';
import type { Runtime } from '../runtime';
import { pageProfile } from '../shownName';
import { pageIdIn, type SendContext } from '../sendContext';
import {
  publicPersona,
  type ActiveSpeaker,
  type EphemeralSpeaker,
} from '../speaking/speaker';

import type { Resolution, Sending } from './resolution';

/**
 * How a message comes by the ID of the persona that it carries.
 *
 * @param speaker not the Page
 */
export function resolveId(
  speaker: ActiveSpeaker,
  sending: Sending,
): Resolution {
  const { runtime } = sending;
  const label = runtime.settings.disclosure?.label;
  switch (speaker.kind) {
    case 'persona':
      // The most common case, which needs no context.
      if (!isPersonaId(speaker.persona)) break;
      return { persona: speaker.persona, resolve: () => speaker.persona };
    case 'ephemeral':
      return speaker.handle.isActive && isOnItsPage(speaker, sending.context)
        ? held(speaker)
        : recreated(speaker, sending);
    case 'uncreated': {
      const { name } = pageProfile(speaker.profile, label);
      const persona = publicPersona(speaker) ?? name;
      // Messenger's own contexts have one only where nothing is sent.
      const shown = sending.context.pageContext ? null : persona;
      return { persona: speaker.profile.name, name, resolve: () => shown };
    }
    case 'unavailable': {
      const { refusal, profile } = speaker;
      const resolve = () => {
        throw refusal;
      };
      const name = profile && pageProfile(profile, label).name;
      return { persona: profile?.name ?? refusal.persona, name, resolve };
    }
  }
  return named(publicPersona(speaker) ?? '', runtime, sending.context);
}

function named(
  persona: Persona,
  { directory, refusals }: Runtime,
  context: SendContext,
): Resolution {
  const known = directory.find(persona);
  if (!known) {
    // No Graph call is made to find out that it is nobody.
    const resolve = () => {
      throw refusals.unknownPersona(persona, context);
    };
    return { persona, resolve };
  }
  const { id, profile } = known;
  const name = profile?.name;
  if (id !== undefined) return { persona, name, resolve: () => id };
  const { pageContext, canSend } = context;
  if (!pageContext) return { persona, name, resolve: () => persona };
  if (!canSend) return { persona, name, resolve: () => null };
  const onPage = (idOn: (page: Page) => string | Promise<string>) => {
    const page = pageOf(pageContext);
    return page instanceof Promise ? page.then(idOn) : idOn(page);
  };
  return {
    persona,
    name,
    resolve: () => onPage((page) => directory.idOf(page, persona)),
    renew: (goneId) => onPage((page) => directory.renew(page, persona, goneId)),
  };
}

function held({ handle, profile }: EphemeralSpeaker): Resolution {
  const { persona } = handle;
  return {
    persona: profile.name,
    name: persona.profile.name,
    resolve: () => persona.ready(),
    renew: (goneId) => persona.replace(goneId),
  };
}

/** After `useAccessToken` inside the block another Page speaks, which does not know the persona. */
function isOnItsPage(
  { handle }: EphemeralSpeaker,
  context: SendContext,
): boolean {
  const { page } = handle.persona;
  const { pageContext } = context;
  if (!pageContext || clientOf(pageContext) === page.client) return true;
  return pageIdIn(context) === page.id;
}

/**
 * A send that the block does not serve, because it has ended, for a timer say,
 * or another Page speaks: the persona is created again for it alone, on the
 * Page from which it is sent.
 */
function recreated(
  { handle, profile }: EphemeralSpeaker,
  { context: { pageContext }, isSenderAction }: Sending,
): Resolution {
  const { name } = handle.persona.profile;
  const persona = profile.name;
  if (isSenderAction) return { persona, name, resolve: () => null };
  let taking: Promise<PersonaHandle> | undefined;
  const take = async () =>
    handle.reacquire(pageContext ? await pageOf(pageContext) : undefined);
  const taken = () => (taking ??= take());
  return {
    persona,
    name,
    resolve: async () => (await taken()).persona.ready(),
    renew: async (goneId) => (await taken()).persona.replace(goneId),
    end: async () => (await taken().catch(() => undefined))?.release(),
  };
}
