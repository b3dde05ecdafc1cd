import type { Refusal } from '../channels/channel';
import type { Message } from '../channels/messageCall';
import type { DecidedBy, DisclosureMoment } from '../disclosureOptions';
import type { ActiveSpeaker, Decision } from '../speaking/speaker';

import { addMissing, asCaller, asPage, shownAs } from './messageFields';
import {
  accountOf,
  carriedAs,
  type Carried,
  type Resolution,
  type Sending,
} from './resolution';
import { resolveId } from './resolveId';
import { resolveProfile } from './resolveProfile';
import { signText } from './signText';

/** One message on its way: who speaks in it, and what it carries for that. */
export class OutgoingMessage {
  /** What the bot gave; signed where it goes out without its profile. */
  message: Message;
  readonly speaker: ActiveSpeaker;
  readonly decidedBy: DecidedBy;
  /** `undefined` where the message shows nobody, or the bot itself said whom. */
  readonly resolution: Resolution | undefined;
  carried: Carried | null = null;
  /** Whether it goes out without the persona that it should carry. */
  isRefused = false;
  /** The name that was put into its text. */
  signedAs: string | undefined;
  private hasRenewed = false;

  constructor(
    message: Message,
    { speaker, decidedBy }: Decision,
    private readonly sending: Sending,
    readonly disclosure?: DisclosureMoment,
  ) {
    this.speaker = speaker;
    this.decidedBy = decidedBy;
    this.message = asCaller(message, speaker);
    const { fixedId } = message;
    if (fixedId !== undefined) {
      this.carried = carriedAs(fixedId);
      return;
    }
    this.resolution = sending.channel.carriesId
      ? resolveId(speaker, sending)
      : resolveProfile(speaker, sending);
  }

  /** What goes out. */
  get sent(): Message {
    const { message, carried, sending } = this;
    const { addFields = addMissing } = sending.channel;
    return carried ? shownAs(message, carried, addFields) : asPage(message);
  }

  /**
   * Finds what it carries, at once where that is known. Throws or rejects with
   * PersonaRefusedError where `refusedPersona` is `'throw'`.
   */
  carry(): Promise<void> | undefined {
    try {
      return this.find()?.catch((error: unknown) => this.sendAsPage(error));
    } catch (error) {
      this.sendAsPage(error);
      return undefined;
    }
  }

  /** Throws at once what would reject it later, with everything that is sent together. */
  check(): void {
    try {
      void this.find();
    } catch (error) {
      const { refusals, settings } = this.sending.runtime;
      const persona = this.resolution?.persona ?? '';
      const isRefusal = refusals.asRefusal(error, persona) !== undefined;
      // A refusal is reported when the message goes out without its persona.
      const isForLater = isRefusal && settings.refusedPersona !== 'throw';
      if (!isForLater) this.sendAsPage(error);
    }
  }

  /** Throws or rejects with PersonaRefusedError. */
  private find(): Promise<void> | undefined {
    const { resolution, sending } = this;
    if (!resolution) return undefined;
    const { refusals } = sending.runtime;
    // Before anything is created for the message.
    const refusal = refusals.isEmpty
      ? undefined
      : refusals.find(sending.context);
    if (refusal) throw refusal;
    const found = resolution.resolve();
    if (found instanceof Promise) return found.then((id) => this.accept(id));
    this.accept(found);
    return undefined;
  }

  private accept(found: string | Carried | null): void {
    const { sending } = this;
    const { channel, runtime } = sending;
    const carried = typeof found === 'string' ? carriedAs(found) : found;
    if (carried && !runtime.refusals.isEmpty) {
      const { id, fields } = carried;
      const refusal =
        id === undefined
          ? runtime.refusals.findProfile(accountOf(sending), fields)
          : runtime.refusals.find(sending.context, id);
      if (refusal) throw refusal;
    }
    this.carried = carried;
    if (!carried && !channel.carriesId) this.sign();
  }

  /**
   * Finds what it carries after it was refused: another ID, or nothing.
   *
   * @param isCertain whether the refusal is about what this message shows
   * @throws PersonaRefusedError where `refusedPersona` is `'throw'`
   */
  async carryAfter(refusal: Refusal, isCertain: boolean): Promise<void> {
    const { resolution, carried, sending } = this;
    if (!resolution || !carried) return;
    const { persona, renew } = resolution;
    const { id, fields } = carried;
    const { refusals } = sending.runtime;
    const { context } = sending;
    if (id === undefined) {
      const account = accountOf(sending);
      const shown = isCertain ? fields : undefined;
      return this.sendAsPage(
        refusals.decideProfile(refusal, persona, context, account, shown),
      );
    }
    const why = await refusals.decideId(refusal, persona, context, id);
    const isGone = why.reason === 'unknown';
    if (!isGone || this.hasRenewed) return this.sendAsPage(why);
    if (!renew) return this.sendAsPage(refusals.cacheGone(id, why));
    this.hasRenewed = true;
    try {
      this.carried = carriedAs(await renew(id));
    } catch (error) {
      this.sendAsPage(error);
    }
  }

  /** Reports the message if its channel delivered it without its profile. */
  readAnswer(answer: unknown): void {
    const { resolution, carried, sending } = this;
    const { channel, runtime } = sending;
    if (!resolution || !carried || !channel.readIgnored) return;
    const ignored = channel.readIgnored(answer, carried.fields);
    if (ignored === undefined) return;
    this.isRefused = true;
    const { persona } = resolution;
    const account = accountOf(sending);
    const { context } = sending;
    runtime.refusals.reportIgnored(ignored, persona, account, context);
  }

  /** Puts the speaker's name into the text, as `signText` says. */
  sign(): void {
    const name = this.resolution?.name;
    const { runtime, channel } = this.sending;
    const { message } = this;
    const signed = signText(message, name, runtime.settings, channel);
    if (signed !== message) this.signedAs = name;
    this.message = signed;
  }

  /** Rethrows other errors than refusals; with `refusedPersona: 'throw'`, refusals too. */
  private sendAsPage(error: unknown): void {
    const { runtime, context } = this.sending;
    const persona = this.resolution?.persona ?? '';
    const refusal = runtime.refusals.asRefusal(error, persona);
    if (!refusal) throw error;
    runtime.refusals.report(refusal, persona, context);
    this.carried = null;
    this.isRefused = true;
    this.sign();
  }
}
