import type { PersonaHandle } from '../ephemeral/handle';
import { clientOf, pageOf, type Page } from '../graph/page';
import { isPersonaId, type Persona } from '../persona';
import type { Refusals } from '../refusals/refusals';
import type { Runtime } from '../runtime';
import { pageIdIn, type SendContext } from '../sendContext';
import {
  publicPersona,
  type ActiveSpeaker,
  type EphemeralSpeaker,
} from '../speaking/speaker';

import type { Carried, Resolution, Sending } from './resolution';

type ResolvedId = string | Promise<string>;

/** Where the ID comes from. */
interface IdSource {
  readonly persona: Persona;
  readonly name?: string | undefined;
  id(): ResolvedId | null;
  readonly renew?: (goneId: string) => ResolvedId;
  readonly end?: () => Promise<void>;
}

/**
 * How a message comes by the ID of the persona that it carries.
 *
 * @param speaker not the Page
 */
export function resolveId(
  speaker: ActiveSpeaker,
  runtime: Runtime,
  sending: Sending,
): Resolution {
  const { refusals } = runtime;
  if (speaker.kind === 'persona' && isPersonaId(speaker.persona)) {
    return new KnownId(speaker.persona, refusals, sending);
  }
  const { context, isSenderAction } = sending;
  const source = sourceOf(speaker, runtime, context, isSenderAction);
  const { persona, name, renew, end } = source;
  const checked = (id: string) => new KnownId(id, refusals, sending).carry();
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

/** The most common case, in which nothing is looked up. */
class KnownId implements Resolution {
  readonly name = undefined;
  readonly renew = undefined;
  readonly end = undefined;

  constructor(
    readonly persona: Persona,
    private readonly refusals: Refusals,
    private readonly sending: Sending,
  ) {}

  carry(): Carried {
    const { persona, refusals, sending } = this;
    if (!refusals.isEmpty) {
      const refusal = refusals.find(sending.context, persona);
      if (refusal) throw refusal;
    }
    return carriedAs(persona);
  }
}

export function carriedAs(id: string): Carried {
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
      if (!speaker.handle.isActive || !isOnItsPage(speaker, context)) {
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

/** A name. */
function named(
  persona: Persona,
  { directory, refusals }: Runtime,
  context: SendContext,
): IdSource {
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
  const onPage = (idOn: (page: Page) => ResolvedId): ResolvedId => {
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
    handle.reacquire(pageContext ? await pageOf(pageContext) : undefined);
  const taken = () => (taking ??= take());
  return {
    persona,
    name,
    id: async () => (await taken()).persona.ready(),
    renew: async (goneId) => (await taken()).persona.replace(goneId),
    end: async () => (await taken().catch(() => undefined))?.release(),
  };
}
