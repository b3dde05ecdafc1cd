import type { PersonaHandle } from '../ephemeral/handle';
import { knownPageId, pageOf, type Page } from '../graph/page';
import { isPersonaId, type Persona } from '../persona';
import { pageProfile } from '../shownName';
import type { ActiveSpeaker, EphemeralSpeaker } from '../speaking/speaker';

import {
  refused,
  unknownPersona,
  type Resolution,
  type Sending,
} from './resolution';

/** How a message comes by the ID of the persona that it carries; `undefined` where it carries none. */
export function resolveId(
  speaker: ActiveSpeaker,
  sending: Sending,
): Resolution | undefined {
  const label = sending.runtime.settings.disclosure?.label;
  switch (speaker.kind) {
    case 'persona': {
      const { persona } = speaker;
      // The most common case, which needs no context.
      if (isPersonaId(persona)) return { persona, resolve: () => persona };
      return named(persona, sending);
    }
    case 'ephemeral':
      return ephemeral(speaker, sending);
    case 'uncreated': {
      const { name } = pageProfile(speaker.profile, label);
      // Messenger's own contexts have one only where nothing is sent.
      const shown = sending.context.page ? null : speaker.id;
      return { persona: speaker.profile.name, name, resolve: () => shown };
    }
    case 'unavailable': {
      const { profile } = speaker;
      return refused(speaker, profile && pageProfile(profile, label).name);
    }
    default:
      return undefined;
  }
}

function named(persona: Persona, sending: Sending): Resolution {
  const { directory } = sending.runtime;
  const known = directory.find(persona);
  if (!known) return unknownPersona(persona, sending);
  const { id, profile } = known;
  const name = profile?.name;
  if (id !== undefined) return { persona, name, resolve: () => id };
  const { page } = sending.context;
  if (!page) return { persona, name, resolve: () => persona };
  const onPage = (idOn: (page: Page) => string | Promise<string>) => {
    const asked = pageOf(page);
    return asked instanceof Promise ? asked.then(idOn) : idOn(asked);
  };
  return {
    persona,
    name,
    resolve: () => onPage((found) => directory.idOf(found, persona)),
    renew: (goneId) =>
      onPage((found) => directory.renew(found, persona, goneId)),
  };
}

/**
 * Where the block does not serve the send, because it has ended, for a timer say,
 * or another Page speaks since `useAccessToken`, the persona is created again for
 * this send alone, on the Page from which it is sent.
 */
function ephemeral(
  { handle, profile }: EphemeralSpeaker,
  { context, isSenderAction }: Sending,
): Resolution {
  const { page, profile: shown } = handle.persona;
  const about = { persona: profile.name, name: shown.name };
  const isOnItsPage =
    !context.page ||
    context.page.client === page.client ||
    knownPageId(context.page) === page.id;
  if (handle.isActive && isOnItsPage) {
    return {
      ...about,
      resolve: () => handle.persona.ready(),
      renew: (goneId) => handle.persona.replace(goneId),
    };
  }
  if (isSenderAction) return { ...about, resolve: () => null };
  let taking: Promise<PersonaHandle> | undefined;
  const take = async () =>
    handle.reacquire(context.page && (await pageOf(context.page)));
  const taken = () => (taking ??= take());
  return {
    ...about,
    resolve: async () => (await taken()).persona.ready(),
    renew: async (goneId) => (await taken()).persona.replace(goneId),
    end: async () => (await taken().catch(() => undefined))?.release(),
  };
}
