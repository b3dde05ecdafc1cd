import type { PersonaHandle } from '../ephemeral/handle';
import { clientOf, pageOf, type Page } from '../graph/page';
import { isPersonaId, type Persona } from '../persona';
import type { Runtime } from '../runtime';
import { pageIdIn, type SendContext } from '../sendContext';
import {
  publicPersona,
  type ActiveSpeaker,
  type EphemeralSpeaker,
} from '../speaking/speaker';

import type { Carried, Resolution } from './resolution';

type Id = string | Promise<string>;

/** What a resolution is made of, as IDs. */
interface IdSource {
  readonly persona: Persona;
  readonly name?: string | undefined;
  id(): Id | null;
  readonly renew?: (goneId: string) => Id;
  readonly end?: () => Promise<void>;
}

/**
 * How a message comes by the ID of the persona that it carries.
 *
 * @param speaker not the Page
 * @param isSenderAction for a typing indicator no persona is created again
 */
export function resolveId(
  speaker: ActiveSpeaker,
  runtime: Runtime,
  context: SendContext,
  isSenderAction: boolean,
): Resolution {
  const source = sourceOf(speaker, runtime, context, isSenderAction);
  const { refusals } = runtime;
  const { persona, name, renew, end } = source;
  const checked = (id: string): Carried => {
    const refusal = refusals.find(context, id);
    if (refusal) throw refusal;
    return carriedAs(id);
  };
  return {
    persona,
    name,
    carry() {
      const refusal = refusals.find(context);
      if (refusal) throw refusal;
      const id = source.id();
      if (id === null) return null;
      return typeof id === 'string' ? checked(id) : id.then(checked);
    },
    renew:
      renew &&
      ((goneId) => {
        const id = renew(goneId);
        return typeof id === 'string' ? carriedAs(id) : id.then(carriedAs);
      }),
    end,
  };
}

function carriedAs(id: string): Carried {
  return { fields: { personaId: id }, id };
}

function sourceOf(
  speaker: ActiveSpeaker,
  runtime: Runtime,
  context: SendContext,
  isSenderAction: boolean,
): IdSource {
  switch (speaker.kind) {
    case 'ephemeral':
      if (!speaker.handle.lasts || !isOnItsPage(speaker, context)) {
        return recreated(speaker, context, isSenderAction);
      }
      return held(speaker);
    case 'uncreated': {
      const { name } = speaker.profile;
      const persona = publicPersona(speaker) ?? name;
      // Messenger's own contexts have one only where nothing is sent.
      const shown = context.pageContext ? null : persona;
      return { persona: name, name, id: () => shown };
    }
    case 'unavailable': {
      const { refusal, name } = speaker;
      const id = () => {
        throw refusal;
      };
      return { persona: name ?? refusal.persona, name, id };
    }
    default:
      return named(publicPersona(speaker) ?? '', runtime, context);
  }
}

/** An ID, or a name. */
function named(
  persona: Persona,
  { directory, refusals }: Runtime,
  context: SendContext,
): IdSource {
  if (isPersonaId(persona)) return { persona, id: () => persona };
  if (!directory.has(persona)) {
    // No Graph call is made to find out that it is nobody.
    const id = () => {
      throw refusals.unknownPersona(persona, context);
    };
    return { persona, id };
  }
  const name = directory.profileOf(persona)?.name;
  const fixed = directory.fixedIdOf(persona);
  if (fixed !== undefined) return { persona, name, id: () => fixed };
  const { pageContext, canSend } = context;
  if (!pageContext) return { persona, name, id: () => persona };
  if (!canSend) return { persona, name, id: () => null };
  const onPage = (idOn: (page: Page) => Id): Id => {
    const page = pageOf(pageContext);
    return page instanceof Promise ? page.then(idOn) : idOn(page);
  };
  return {
    persona,
    name,
    id: () => onPage((page) => directory.idOf(page, persona)),
    renew: (goneId) => onPage((page) => directory.renew(page, persona, goneId)),
  };
}

function held({ handle: { persona } }: EphemeralSpeaker): IdSource {
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
  { handle }: EphemeralSpeaker,
  { pageContext }: SendContext,
  isSenderAction: boolean,
): IdSource {
  const { name } = handle.persona.profile;
  const persona = name;
  if (isSenderAction) return { persona, name, id: () => null };
  let taking: Promise<PersonaHandle> | undefined;
  const take = async () =>
    handle.again(pageContext ? await pageOf(pageContext) : undefined);
  const taken = () => (taking ??= take());
  return {
    persona,
    name,
    id: async () => (await taken()).persona.ready(),
    renew: async (goneId) => (await taken()).persona.replace(goneId),
    end: async () => (await taken().catch(() => undefined))?.end(),
  };
}
