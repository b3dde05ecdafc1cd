/**
 * refusals/ is what happens when a persona is refused: what is remembered
 * (`refusalMemory.ts`), whether a refused persona still exists
 * (`personaStates.ts`), and here, what follows. Which answers are refusals is
 * said by each channel, in `channels/`.
 */
import {
  PersonaRefusedError,
  UnknownPageError,
  type RefusalReason,
} from '../errors';
import type { GraphFailure } from '../graph/graphFailure';
import { pageOf, type Page } from '../graph/page';
import type { Settings } from '../options';
import type { Persona } from '../persona';
import { pageIdIn, type SendContext } from '../sendContext';
import type { PersonaStats } from '../stats';
import { didYouMean } from '../util/closestMatch';
import { debug } from '../util/debug';
import { invokeCallback } from '../util/invokeCallback';

import { PersonaStates } from './personaStates';
import { RefusalMemory } from './refusalMemory';

/** What a platform answered when it refused who should speak. */
export interface Refusal {
  /**
   * `'recipient'`: personas are refused for this recipient; `'persona'`: a
   * persona by its ID; `'profile'`: a name or picture; `'account'`: every
   * profile of this account.
   */
  readonly about: 'recipient' | 'persona' | 'profile' | 'account';
  readonly failure: GraphFailure;
  /** Which of the call's messages it is about, by position; omitted: all. */
  readonly messages?: readonly number[];
}

/** A message that was refused, and what it carried. */
export interface RefusedMessage {
  /** As the bot named it: an ID or a name. */
  readonly persona: Persona;
  /** The persona's ID, where messages carry one. */
  readonly id?: string | undefined;
  /** The account of a channel on which messages carry profiles. */
  readonly account?: string | undefined;
  /** What showed the profile; omitted where it is uncertain which profile is refused. */
  readonly shown?: object | undefined;
}

const NOT_INSTALLED =
  'Add personas({ directory }) to the plugins of bottender.config.js, or in front of the chain.';

export class Refusals {
  private readonly memory = new RefusalMemory();
  private readonly states = new PersonaStates();
  /** Refusals that were reported: one that is remembered, or waited out, is met again and again. */
  private readonly reported = new WeakSet<PersonaRefusedError>();
  /** One refusal for as long as the Page of a token cannot be found out. */
  private readonly pageless = new WeakMap<
    UnknownPageError,
    PersonaRefusedError
  >();

  constructor(
    private readonly settings: Settings,
    private readonly stats: PersonaStats,
    /** Whether `personas()` is not installed. */
    private readonly isDefault = false,
  ) {}

  /** Lets a send skip the lookup. */
  get isEmpty(): boolean {
    return this.memory.isEmpty;
  }

  /**
   * The remembered refusal of this persona, or of any for this recipient. Costs
   * nothing where nothing was refused lately.
   *
   * @param persona an ID or an unknown name; omitted: only of any persona
   */
  find(
    context: SendContext,
    persona?: Persona,
  ): PersonaRefusedError | undefined {
    if (this.memory.isEmpty) return undefined;
    const place = placeOf(context);
    const { recipient } = context;
    return (
      (recipient === null
        ? undefined
        : this.memory.get('region', place, recipient)) ??
      (persona === undefined
        ? undefined
        : this.memory.get('unknown', place, persona))
    );
  }

  /**
   * The remembered refusal of a profile for an account of a channel, or of every
   * profile.
   *
   * @param shown what shows the profile: personas may have the same name
   */
  findProfile(account: string, shown: object): PersonaRefusedError | undefined {
    if (this.memory.isEmpty) return undefined;
    return (
      this.memory.get('profile', account, null) ??
      this.memory.get('profile', account, JSON.stringify(shown))
    );
  }

  /** The refusal of a string that is not an ID and not in the directory; it suggests the closest name. */
  unknownPersona(persona: Persona, context: SendContext): PersonaRefusedError {
    const known = this.find(context, persona);
    if (known) return known;
    const names = this.settings.directory.keys();
    const message = this.isDefault
      ? 'it is a name, and personas(), which has the directory, is not installed'
      : `it is neither an ID nor a name of the directory${didYouMean(persona, names)}`;
    const advice = this.isDefault ? NOT_INSTALLED : undefined;
    const refusal = refuse('unknown', persona, context, { message }, advice);
    return this.memory.add('unknown', placeOf(context), persona, refusal);
  }

  /**
   * Decides what a refused message says about its persona. On Messenger that
   * takes a look at what exists on the Page.
   */
  async decide(
    { about, failure }: Refusal,
    { persona, id, account, shown }: RefusedMessage,
    context: SendContext,
  ): Promise<PersonaRefusedError> {
    if (account !== undefined) {
      const refusal = refuse('channel', persona, context, failure);
      const isOfAll = about === 'account';
      if (!isOfAll && !shown) return refusal;
      const key = isOfAll ? null : JSON.stringify(shown);
      return this.memory.add('profile', account, key, refusal);
    }
    const page = await knownPage(context);
    const refused = (reason: RefusalReason) =>
      new PersonaRefusedError(reason, persona, page?.id, failure);
    if (about === 'recipient') {
      const { recipient } = context;
      const refusal = refused('region');
      // Without a PSID it cannot be remembered.
      return recipient === null
        ? refusal
        : this.memory.add('region', page?.id, recipient, refusal);
    }
    if (!page || id === undefined) return refused('unverified');
    const earlier = this.states.unverified(page, id);
    if (earlier) return earlier;
    const state = await this.states.of(page, id);
    if (state === 'alive') return refused('this-message');
    if (state === 'gone') return refused('unknown');
    return this.states.giveUp(page, id, refused('unverified'));
  }

  /** Remembers that a persona is gone from its Page and cannot be created again. */
  rememberGone(id: string, refusal: PersonaRefusedError): PersonaRefusedError {
    return refusal.reason === 'unknown'
      ? this.memory.add('unknown', refusal.pageId, id, refusal)
      : refusal;
  }

  /** Counts a message that a channel delivered without its profile; reports it once for each account. */
  reportIgnored(
    message: string,
    persona: Persona,
    account: string,
    context: SendContext,
  ): void {
    this.stats.refused.ignored += 1;
    if (this.memory.isKnownToIgnore(account)) return;
    const refusal = refuse('ignored', persona, context, { message });
    this.notify(refusal, persona, context);
  }

  /** The error as a refusal; `undefined` where it is about something else. */
  asRefusal(error: unknown, persona: Persona): PersonaRefusedError | undefined {
    if (error instanceof PersonaRefusedError) return error;
    if (!(error instanceof UnknownPageError)) return undefined;
    const refusal =
      this.pageless.get(error) ??
      new PersonaRefusedError('not-created', persona, undefined, error.failure);
    this.pageless.set(error, refusal);
    return refusal;
  }

  /**
   * Counts a send that is refused, and reports the refusal, once.
   *
   * @param persona as the bot named it: an ID or a name
   * @throws the refusal with `refusedPersona: 'throw'`
   */
  report(
    refusal: PersonaRefusedError,
    persona: Persona,
    context: SendContext,
  ): void {
    this.stats.refused[refusal.reason] += 1;
    if (this.settings.refusedPersona !== 'throw') {
      debug('refused, and sent without its profile: %s', refusal.message);
      return this.notify(refusal, persona, context);
    }
    debug('refused, and the send rejects: %s', refusal.message);
    throw refusal;
  }

  /** Reports a refusal, once. The sends that meet it are counted by `report`. */
  notify(
    refusal: PersonaRefusedError,
    persona: Persona,
    { context, recipient }: SendContext,
  ): void {
    if (this.reported.has(refusal)) return;
    this.reported.add(refusal);
    const about = { context, recipient, persona };
    invokeCallback(this.settings.onRefused, refusal, about);
  }
}

export function refuse(
  reason: RefusalReason,
  persona: Persona,
  context: SendContext,
  failure: GraphFailure,
  advice?: string,
): PersonaRefusedError {
  const { channelInfo } = context;
  const pageId = channelInfo ? undefined : pageIdIn(context);
  return new PersonaRefusedError(
    reason,
    persona,
    pageId,
    failure,
    channelInfo,
    advice,
  );
}

/** What unknown personas are remembered by: the Page, or the channel. */
function placeOf(context: SendContext): string | undefined {
  return context.channelInfo?.title ?? pageIdIn(context);
}

/** Without the Page nothing can be found out, and the message is more urgent. */
async function knownPage({
  pageContext,
}: SendContext): Promise<Page | undefined> {
  try {
    return pageContext && (await pageOf(pageContext));
  } catch {
    return undefined;
  }
}
