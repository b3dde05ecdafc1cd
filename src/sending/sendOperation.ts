import {
  pick,
  sendMethod,
  type ClientCall,
  type Message,
  type MessageCall,
  type SendMethod,
} from '../channels/channel';
import type { DisclosureMoment } from '../disclosureOptions';
import { HumanAgentTagError } from '../errors';
import { redactFailure } from '../graph/graphFailure';
import { clientOf } from '../graph/page';
import { secretsOf } from '../graph/secrets';
import type { SendContext } from '../sendContext';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { SpeakerSource } from '../speaking/scopes';
import { PAGE, publicPersona, type ActiveSpeaker } from '../speaking/speaker';
import { debug, isDebugging } from '../util/debug';
import { deepCopy } from '../util/deepCopy';

import { recipientOf } from './conversation';
import { addMissing, asCaller, asPage, isSet, shownAs } from './messageFields';
import { OutgoingMessage } from './outgoingMessage';
import { ownPersona } from './ownPersona';
import { queuedSpeaker, type QueuedSpeaker } from './queuedSpeakers';
import type { Carried, Resolution } from './resolution';
import { carriedAs, resolveId } from './resolveId';
import { resolveProfile } from './resolveProfile';
import { checkSenderAction, supportsPersona } from './senderActions';
import { kindOf, reportSent } from './sentMessages';
import { signText } from './signText';
import { failureOf, upload } from './upload';

/** A call of a method that sends. */
export interface OutgoingCall {
  readonly via: SendMethod;
  readonly args: unknown[];
  /** Calls the client's own method, on the client itself. */
  readonly transmit: (call: ClientCall) => unknown;
  /** Whether the bot made this very call, so that its sender action is checked. */
  readonly isBotCall: boolean;
  /** Whether no platform gets it, so that nothing is disclosed or reported. */
  readonly isMock?: boolean;
}

/** A text of `disclosure.message`, and the message before which it is sent. */
export interface DisclosureText {
  readonly moment: DisclosureMoment;
  readonly before: OutgoingMessage;
}

/** One call that sends, with all of its attempts. */
export class SendOperation {
  protected messages: readonly OutgoingMessage[];
  private knownContext: SendContext | undefined;
  protected args: unknown[];
  /** Set where another method of the client sends what was uploaded. */
  protected method: string | undefined;

  constructor(
    protected readonly personas: ScopedPersonas,
    protected readonly outgoing: OutgoingCall,
    protected call: MessageCall,
    private readonly disclosure?: DisclosureText,
  ) {
    this.args = outgoing.args;
    const messages: OutgoingMessage[] = [];
    for (const given of call.messages) messages.push(this.decide(given));
    this.messages = messages;
  }

  /** Reads a call that went out with this ID only after it has failed. */
  static async afterFailure(
    personas: ScopedPersonas,
    outgoing: OutgoingCall,
    id: string,
    error: unknown,
  ): Promise<unknown> {
    const call = outgoing.via.read(outgoing.args);
    if (!call) throw error;
    const operation = new SendOperation(personas, outgoing, call);
    for (const each of operation.messages) each.carried = carriedAs(id);
    return operation.afterFailure(error);
  }

  start(): unknown {
    let waiting: Promise<void>[] | undefined;
    let isCarried = false;
    for (const message of this.messages) {
      const carrying = this.carry(message);
      if (carrying) (waiting ??= []).push(carrying);
      isCarried ||= message.carried !== null;
    }
    const mustWait = this.takeTurn() || (isCarried && this.call.file);
    return waiting || mustWait
      ? this.transmitLater(Promise.all(waiting ?? []))
      : this.transmit();
  }

  /** Takes its turn among the messages of its conversation, where they have one; returns whether this has to wait for it. */
  protected takeTurn(): boolean {
    return false;
  }

  protected endTurn(): void {}

  /** Called when nothing has to be waited for any longer. */
  protected transmitInTurn(): unknown {
    return this.transmit();
  }

  /** The speaker of this message: its own persona, else the speaker at the time it was queued, else the active one. */
  private decide(given: Message): OutgoingMessage {
    const { personas, outgoing } = this;
    const { channel, method } = outgoing.via;
    const own = ownPersona(given.fields);
    const { profileField, messageQueues } = channel;
    if (profileField !== undefined && isSet(profileField, given.fields)) {
      const fields = pick(given.fields, [profileField]);
      return new OutgoingMessage(
        given,
        { kind: 'caller', fields },
        'personaId',
      );
    }
    const { before, moment } = this.disclosure ?? {};
    const queued = messageQueues && queuedSpeaker(given.fields);
    const speaker =
      before?.speaker ??
      this.checked(
        own === undefined
          ? (queued?.speaker ?? personas.currentSpeaker())
          : personas.speakerNamed(own),
      );
    const decidedBy = before?.decidedBy ?? this.source(own, queued);
    if (isDebugging()) logSpeaker(method, speaker, decidedBy);
    if (given.fields.tag === 'HUMAN_AGENT') this.checkHuman(speaker);
    const message = asCaller(given, speaker);
    const { fixedId } = given;
    const resolution =
      fixedId === undefined ? this.resolve(speaker) : undefined;
    const about = [speaker, decidedBy, resolution, moment] as const;
    const decided = new OutgoingMessage(message, ...about);
    if (fixedId !== undefined) decided.carried = carriedAs(fixedId);
    return decided;
  }

  /** `undefined` where the message shows nobody, or the bot itself said whom. */
  private resolve(speaker: ActiveSpeaker): Resolution | undefined {
    if (speaker.kind === 'page' || speaker.kind === 'caller') return undefined;
    const { runtime } = this.personas;
    const { channel } = this.outgoing.via;
    return channel.carriesId
      ? resolveId(speaker, runtime, this)
      : resolveProfile(speaker, runtime, this, channel);
  }

  /** What decided who speaks, where somebody asks. */
  private source(own: unknown, queued?: QueuedSpeaker): SpeakerSource {
    const { personas } = this;
    if (!personas.runtime.settings.onSent && !isDebugging()) return 'nothing';
    const { activeSpeaker, source } = personas;
    const isOwn = own !== undefined && own !== publicPersona(activeSpeaker);
    return isOwn ? 'personaId' : (queued?.source ?? source);
  }

  /** @throws HumanAgentTagError */
  private checkHuman(speaker: ActiveSpeaker): void {
    const { runtime } = this.personas;
    const { disclosure } = runtime.settings;
    const isBot =
      speaker.kind === 'page'
        ? disclosure?.isPageGiven && disclosure.page === 'bot'
        : kindOf(speaker, runtime) === 'bot';
    const isMessage = this.call.senderAction === undefined;
    if (isBot && isMessage && this.outgoing.via.channel.carriesId) {
      throw new HumanAgentTagError(publicPersona(speaker));
    }
  }

  /** @throws UnsupportedSenderActionError */
  private checked(speaker: ActiveSpeaker): ActiveSpeaker {
    const { senderAction } = this.call;
    if (senderAction === undefined || supportsPersona(senderAction)) {
      return speaker;
    }
    const { settings } = this.personas.runtime;
    if (this.outgoing.isBotCall) {
      checkSenderAction(senderAction, speaker, settings);
    }
    return PAGE;
  }

  /** Fills in what a message carries, at once where that is known. */
  private carry(outgoing: OutgoingMessage): Promise<void> | undefined {
    const { resolution } = outgoing;
    if (!resolution) return undefined;
    try {
      const carried = resolution.carry();
      if (carried instanceof Promise) {
        return carried.then(
          (later) => {
            outgoing.carried = later;
          },
          (error: unknown) => this.sendAsPage(outgoing, error),
        );
      }
      outgoing.carried = carried;
      if (!carried && !this.outgoing.via.channel.carriesId) this.sign(outgoing);
    } catch (error) {
      this.sendAsPage(outgoing, error);
    }
    return undefined;
  }

  private async transmitLater(waiting: Promise<unknown>): Promise<unknown> {
    const { via, args } = this.outgoing;
    try {
      // What the bot gave is what is sent, whatever changes while this waits.
      const given = deepCopy(args);
      this.args = given;
      this.call = via.read(given) ?? this.call;
      for (const outgoing of this.messages) {
        outgoing.message = deepCopy(outgoing.message);
      }
      const { file } = this.call;
      await (file ? Promise.race([waiting, failureOf(file)]) : waiting);
      const [first] = this.messages;
      const { pageContext, canSend } = this.context;
      if (file && first?.carried && pageContext && canSend) {
        const uploaded = await upload(file, given, pageContext);
        this.args = uploaded.args;
        this.method = uploaded.method;
        const { method = via.method } = uploaded;
        const read = sendMethod(via.channel, method)?.read;
        this.call = read?.(uploaded.args) ?? this.call;
        [first.message = first.message] = this.call.messages;
      }
      return await this.transmitInTurn();
    } finally {
      this.endTurn();
      for (const { resolution } of this.messages) await resolution?.end?.();
    }
  }

  protected transmit(): unknown {
    const { transmit, via, isMock } = this.outgoing;
    const { addFields = addMissing } = via.channel;
    const sent = this.messages.map(({ message, carried }) =>
      carried ? shownAs(message, carried, addFields) : asPage(message),
    );
    const given = this.call.messages;
    const isAsGiven = sent.every((message, at) => message === given[at]);
    const { method, args } = this;
    const call = isAsGiven ? { args } : this.call.withMessages(sent);
    const answer = transmit(method === undefined ? call : { ...call, method });
    if (!(answer instanceof Promise)) return answer;
    const { settings, conversations } = this.personas.runtime;
    const isWatched = settings.onSent ?? conversations;
    const isReported = isWatched && !isMock && !this.isSenderAction;
    // What carries its own persona is sent once.
    const isCarried = this.messages.some(
      ({ carried, resolution }) => carried && resolution,
    );
    if (!isCarried && !isReported) return answer;
    return answer.then(
      (given: unknown) => {
        if (isCarried) this.reportIgnored(given);
        if (isReported) this.reportSent(call, sent, given);
        return given;
      },
      isCarried ? (error: unknown) => this.afterFailure(error) : undefined,
    );
  }

  private async afterFailure(error: unknown): Promise<unknown> {
    const read = this.outgoing.via.channel.readRefusal?.(error);
    const refused = this.messages.filter(
      ({ carried }, position) =>
        carried && (read?.messages?.includes(position) ?? true),
    );
    if (!read || refused.length === 0) throw error;
    const { refusals } = this.personas.runtime;
    const isCertain = read.messages !== undefined || this.showsOneProfile();
    const failure = redactFailure(read.failure, this.secrets);
    const refusal = { ...read, failure };
    for (const outgoing of refused) {
      const { resolution, carried } = outgoing;
      if (!resolution || !carried) continue;
      const { persona, renew } = resolution;
      const { id, fields } = carried;
      const account = id === undefined ? this.account : undefined;
      const shown = isCertain ? fields : undefined;
      const why = await refusals.decide(
        refusal,
        { persona, id, account, shown },
        this.context,
      );
      if (why.reason !== 'unknown' || id === undefined) {
        this.sendAsPage(outgoing, why);
      } else if (renew && !outgoing.hasRenewed) {
        outgoing.hasRenewed = true;
        await this.renew(outgoing, () => renew(id));
      } else {
        const known = renew ? why : refusals.rememberGone(id, why);
        this.sendAsPage(outgoing, known);
      }
    }
    return this.transmit();
  }

  /** If not, a refusal that does not say which message it is about is of no profile in particular. */
  private showsOneProfile(): boolean {
    const { profileField = '' } = this.outgoing.via.channel;
    const shown = this.messages.map(({ message, carried }) =>
      JSON.stringify((carried ?? message).fields[profileField]),
    );
    return new Set(shown.filter((profile) => profile)).size <= 1;
  }

  private async renew(
    outgoing: OutgoingMessage,
    renew: () => Carried | Promise<Carried>,
  ): Promise<void> {
    try {
      outgoing.carried = await renew();
    } catch (error) {
      this.sendAsPage(outgoing, error);
    }
  }

  /** Lets a message go out without its persona. Rethrows other errors than refusals; with `refusedPersona: 'throw'`, refusals too. */
  private sendAsPage(outgoing: OutgoingMessage, error: unknown): void {
    const { refusals } = this.personas.runtime;
    const persona = outgoing.resolution?.persona ?? '';
    const refusal = refusals.asRefusal(error, persona);
    if (!refusal) throw error;
    refusals.report(refusal, persona, this.context);
    outgoing.carried = null;
    outgoing.isRefused = true;
    this.sign(outgoing);
  }

  protected sign(outgoing: OutgoingMessage): void {
    const { settings } = this.personas.runtime;
    const name = outgoing.resolution?.name;
    const { maxTextLength = Infinity } = this.outgoing.via.channel;
    const { message } = outgoing;
    const signed = signText(message, name, settings, maxTextLength);
    if (signed !== message) outgoing.signedAs = name;
    outgoing.message = signed;
  }

  private reportSent(
    call: ClientCall,
    sent: readonly Message[],
    answer: unknown,
  ): void {
    const { outgoing, personas, recipient, context } = this;
    const { channel, method } = outgoing.via;
    const messages = this.messages.map((each, position) => ({
      ...each,
      message: sent[position] ?? each.message,
    }));
    const { method: uploaded } = this;
    const via = { channel, method: uploaded ?? call.method ?? method };
    const accepted = { ...via, call, recipient, messages };
    const { runtime, client } = personas;
    reportSent(accepted, answer, runtime, context, client);
  }

  private reportIgnored(answer: unknown): void {
    const { refusals } = this.personas.runtime;
    const { readIgnored } = this.outgoing.via.channel;
    if (!readIgnored) return;
    for (const outgoing of this.messages) {
      const { resolution, carried } = outgoing;
      if (!resolution || !carried) continue;
      const ignored = readIgnored(answer, carried.fields);
      if (ignored === undefined) continue;
      outgoing.isRefused = true;
      const { persona } = resolution;
      refusals.reportIgnored(ignored, persona, this.account, this.context);
    }
  }

  get context(): SendContext {
    return (this.knownContext ??= this.personas.sendContext(this.call));
  }

  /** The one recipient of the call, where it has one that is known. */
  protected get recipient(): string | undefined {
    const { channel, method } = this.outgoing.via;
    const { context } = this.context;
    return recipientOf(this.call, channel, method, context);
  }

  /** What no error may show. */
  protected get secrets(): string[] {
    const { pageContext } = this.context;
    const { client } = this.personas;
    return secretsOf(pageContext ? clientOf(pageContext) : client);
  }

  get isSenderAction(): boolean {
    return this.call.senderAction !== undefined;
  }

  /** As whom the client speaks: what refusals of profiles are remembered by. */
  get account(): string {
    const { info, accountOf } = this.outgoing.via.channel;
    const title = info?.title ?? '';
    return accountOf
      ? JSON.stringify([title, accountOf(this.personas.client)])
      : title;
  }
}

function logSpeaker(method: string, speaker: ActiveSpeaker, source: string) {
  const who =
    speaker.kind === 'page'
      ? 'the Page'
      : (publicPersona(speaker) ?? 'nobody yet');
  debug('%s: %s speaks, by %s', method, who, source);
}
