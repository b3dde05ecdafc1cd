/**
 * refusals/ handles refused personas: it caches refusals (`refusalCache.ts`),
 * looks up whether a refused persona still exists (`personaStates.ts`), and here
 * decides and reports. The files in `channels/` recognise refusals in responses.
 */
import type { Refusal } from '../channels/channel';
import {
  PersonaRefusedError,
  UnknownPageError,
  type RefusalReason,
} from '../errors';
import type { GraphFailure } from '../graph/graphFailure';
import { knownPageId, pageOf, type Page } from '../graph/page';
import type { Settings } from '../options';
import type { Persona } from '../persona';
import type { SendContext } from '../sendContext';
import type { PersonaStats } from '../stats';
import { didYouMean } from '../util/closestMatch';
import { debug } from '../util/debug';
import { invokeCallback } from '../util/invokeCallback';

import { PersonaStates } from './personaStates';
import { RefusalCache } from './refusalCache';

const NOT_INSTALLED =
  'Add personas({ directory }) to the plugins of bottender.config.js, or in front of the chain.';

export class Refusals {
  private readonly cache = new RefusalCache();
  private readonly states = new PersonaStates();
  /** Reported refusals: a cached one applies to many sends. */
  private readonly reported = new WeakSet<PersonaRefusedError>();
  /** One refusal per UnknownPageError, which is itself reused while the Page is unknown. */
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

  /** Lets sends skip the lookup. */
  get isEmpty(): boolean {
    return this.cache.isEmpty;
  }

  /**
   * The cached refusal of this persona, or of all personas for this recipient.
   *
   * @param persona an ID or an unknown name; omitted: only of all personas
   */
  find(
    context: SendContext,
    persona?: Persona,
  ): PersonaRefusedError | undefined {
    const place = pageOrChannel(context);
    return (
      this.cache.get('region', place, context.recipient) ??
      this.cache.get('unknown', place, persona ?? null)
    );
  }

  /**
   * The cached refusal of a profile, or of all profiles, for an account.
   *
   * @param shown the message's profile fields: personas may have the same name
   */
  findProfile(account: string, shown: object): PersonaRefusedError | undefined {
    return (
      this.cache.get('profile', account, null) ??
      this.cache.get('profile', account, JSON.stringify(shown))
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
    const failure = { message };
    const refusal = createRefusal('unknown', persona, context, failure, advice);
    return this.cache.add('unknown', pageOrChannel(context), persona, refusal);
  }

  /**
   * What the refusal of a profile means.
   *
   * @param shown the message's profile fields; omitted if it is uncertain which profile is refused
   */
  decideProfile(
    { about, failure }: Refusal,
    persona: Persona,
    context: SendContext,
    account: string,
    shown: object | undefined,
  ): PersonaRefusedError {
    const refusal = createRefusal('channel', persona, context, failure);
    const isForAll = about === 'account';
    if (!isForAll && !shown) return refusal;
    const key = isForAll ? null : JSON.stringify(shown);
    return this.cache.add('profile', account, key, refusal);
  }

  /** What the refusal of an ID means: looks up whether the persona exists. Never rejects. */
  async decideId(
    { about, failure }: Refusal,
    persona: Persona,
    context: SendContext,
    id: string,
  ): Promise<PersonaRefusedError> {
    const page = await knownPage(context);
    const refused = (reason: RefusalReason) =>
      new PersonaRefusedError(reason, persona, page?.id, failure);
    if (about === 'recipient') {
      const { recipient } = context;
      const refusal = refused('region');
      // A regional refusal cannot be cached without a PSID.
      return recipient === null
        ? refusal
        : this.cache.add('region', page?.id, recipient, refusal);
    }
    if (!page) return refused('unverified');
    const earlier = this.states.unverified(page, id);
    if (earlier) return earlier;
    const state = await this.states.of(page, id);
    if (state === 'alive') return refused('this-message');
    if (state === 'gone') return refused('unknown');
    return this.states.giveUp(page, id, refused('unverified'));
  }

  /** Caches the refusal of a persona that is gone and cannot be created again. */
  cacheGone(id: string, refusal: PersonaRefusedError): PersonaRefusedError {
    return this.cache.add('unknown', refusal.pageId, id, refusal);
  }

  /** Counts a message that a channel delivered without its profile; reports the first one per account. */
  reportIgnored(
    message: string,
    persona: Persona,
    account: string,
    context: SendContext,
  ): void {
    this.stats.refused.ignored += 1;
    if (this.cache.isKnownToIgnore(account)) return;
    const refusal = createRefusal('ignored', persona, context, { message });
    this.notify(refusal, persona, context);
  }

  /** The error as a refusal; `undefined` for other errors. */
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
   * Counts a refused send, and reports each refusal once.
   *
   * @param persona as the bot named it: an ID or a name
   * @throws the refusal, with `refusedPersona: 'throw'`
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
    const { reason, failure } = refusal;
    // One that is cached for all personas tells the first of them.
    throw persona === refusal.persona
      ? refusal
      : createRefusal(reason, persona, context, failure);
  }

  /** Reports each refusal once, without counting. */
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

export function createRefusal(
  reason: RefusalReason,
  persona: Persona,
  context: SendContext,
  failure: GraphFailure,
  advice?: string,
): PersonaRefusedError {
  const { channelInfo, page } = context;
  const pageId = channelInfo ? undefined : knownPageId(page);
  return new PersonaRefusedError(
    reason,
    persona,
    pageId,
    failure,
    channelInfo,
    advice,
  );
}

/** Unknown personas are cached per Page or channel. */
function pageOrChannel({ channelInfo, page }: SendContext): string | undefined {
  return channelInfo?.title ?? knownPageId(page);
}

/** `undefined` after a failure: the message is sent without the answer. */
async function knownPage({ page }: SendContext): Promise<Page | undefined> {
  try {
    return page && (await pageOf(page));
  } catch {
    return undefined;
  }
}
