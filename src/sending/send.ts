/**
 * sending/ is the life of one call that carries messages: who speaks in each of
 * them, what they carry for that (`resolveId.ts`, `resolveProfile.ts`), and what
 * is sent once more after a refusal.
 */
import {
  sendMethod,
  type ClientCall,
  type Fields,
  type Message,
  type MessageCall,
  type SendMethod,
} from '../channels/channel';
import type { DisclosureMoment } from '../disclosureOptions';
import { HumanAgentTagError, PersonaError } from '../errors';
import { isPersonaId } from '../persona';
import { clientOf } from '../graph/page';
import { redactFailure } from '../graph/graphFailure';
import { redactSecrets, secretsOf } from '../graph/secrets';
import type { SendContext } from '../sendContext';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { SpeakerSource } from '../speaking/scopes';
import { PAGE, publicPersona, type ActiveSpeaker } from '../speaking/speaker';
import { debug, isDebugging } from '../util/debug';
import { deepCopy } from '../util/deepCopy';
import { getProperty } from '../util/getProperty';
import { rejected } from '../util/rejected';
import { withTimeout } from '../util/withTimeout';

import { recipientOf } from './conversation';
import { Disclosing, type DueText } from './disclosing';
import { ownPersona, withoutPersona, withoutPersonas } from './ownPersona';
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

/**
 * Sends the messages of a call, each as its speaker, who is decided before this
 * returns. As synchronous as the client's own method where nothing must be
 * waited for. Only a definite refusal is followed by another attempt, so that no
 * message is sent twice.
 */
export function send(
  personas: ScopedPersonas,
  outgoing: OutgoingCall,
): unknown {
  const { via, args } = outgoing;
  const id = carriedId(personas, outgoing);
  if (id !== undefined) {
    const answer = outgoing.transmit({ args });
    return answer instanceof Promise
      ? answer.catch((error: unknown) =>
          Send.afterFailure(personas, outgoing, id, error),
        )
      : answer;
  }
  const call = via.read(args);
  if (!call) {
    const given = via.channel.carriesId ? args : withoutPersonas(args);
    return outgoing.transmit({ args: given });
  }
  try {
    const answer = new Send(personas, outgoing, call).start();
    return answer instanceof Promise ? personas.keep(answer) : answer;
  } catch (error) {
    if (!(error instanceof PersonaError)) throw error;
    const { context } = personas.sendContext();
    if (context) via.channel.onUnsent?.(context);
    return rejected(error);
  }
}

/**
 * The ID that a call carries already, where nothing has to be looked up for it.
 * The most common call: what is left out here is what makes it slow.
 */
function carriedId(
  personas: ScopedPersonas,
  { via, args }: OutgoingCall,
): string | undefined {
  const { optionsPosition } = via;
  const { runtime } = personas;
  if (optionsPosition === undefined || runtime.readsAll) return undefined;
  if (isDebugging()) return undefined;
  const options = args[optionsPosition] as Fields | undefined;
  const id = options?.personaId;
  if (typeof id !== 'string' || options?.persona_id !== undefined) {
    return undefined;
  }
  const isPlain = runtime.refusals.isEmpty && !personas.hasCreated;
  return isPlain && isPersonaId(id) ? id : undefined;
}

/** The bot itself put a profile into the message. */
const NOBODY_KNOWN: ActiveSpeaker = { kind: 'caller', fields: {} };

/** One message on its way. */
class OutgoingMessage {
  carried: Carried | null = null;
  hasRenewed = false;
  /** Whether it goes out without the persona that it should carry. */
  isRefused = false;
  /** The name that was put into its text. */
  signedAs: string | undefined;

  constructor(
    /** What the bot gave; signed where it goes out without its profile. */
    public message: Message,
    readonly speaker: ActiveSpeaker,
    readonly decidedBy: SpeakerSource,
    readonly resolution?: Resolution,
    readonly disclosure?: DisclosureMoment,
  ) {}
}

/** A text of `disclosure.message`, and the message before which it is sent. */
interface DisclosureText {
  readonly moment: DisclosureMoment;
  readonly before: OutgoingMessage;
}

class Send {
  private messages: readonly OutgoingMessage[];
  private knownContext: SendContext | undefined;
  private args: unknown[];
  /** Set where another method of the client sends what was uploaded. */
  private method: string | undefined;

  constructor(
    private readonly personas: ScopedPersonas,
    private readonly outgoing: OutgoingCall,
    private call: MessageCall,
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
    const send = new Send(personas, outgoing, call);
    for (const message of send.messages) message.carried = carriedAs(id);
    return send.afterFailure(error);
  }

  start(): unknown {
    let waiting: Promise<void>[] | undefined;
    let isCarried = false;
    for (const message of this.messages) {
      const carrying = this.carry(message);
      if (carrying) (waiting ??= []).push(carrying);
      isCarried ||= message.carried !== null;
    }
    const disclosing = this.disclosing();
    return waiting || disclosing || (isCarried && this.call.file)
      ? this.transmitLater(Promise.all(waiting ?? []), disclosing)
      : this.transmit();
  }

  /** The speaker of this message: its own persona, else the speaker at the time it was queued, else the active one. */
  private decide(given: Message): OutgoingMessage {
    const { personas, outgoing } = this;
    const { channel, method } = outgoing.via;
    const own = ownPersona(given.fields);
    const { profileField, messageQueues, carriesId } = channel;
    if (profileField !== undefined && isSet(profileField, given.fields)) {
      return new OutgoingMessage(given, NOBODY_KNOWN, 'personaId');
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
    if (speaker.kind === 'page') {
      return new OutgoingMessage(given, speaker, decidedBy, undefined, moment);
    }
    if (speaker.kind === 'caller') {
      const fields = { ...given.fields, ...speaker.fields };
      const message = { ...given, fields };
      return new OutgoingMessage(
        message,
        speaker,
        decidedBy,
        undefined,
        moment,
      );
    }
    const { runtime } = personas;
    const resolution = carriesId
      ? resolveId(speaker, runtime, this)
      : resolveProfile(speaker, runtime, this, channel);
    return new OutgoingMessage(given, speaker, decidedBy, resolution, moment);
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

  /** What this call may have to disclose; takes its turn in the conversation now. */
  private disclosing(): Disclosing | undefined {
    const { personas, outgoing, recipient, context } = this;
    const { runtime, client } = personas;
    const { conversations } = runtime;
    const { channel } = outgoing.via;
    if (!conversations || this.disclosure || this.isSenderAction) {
      return undefined;
    }
    if (outgoing.isMock || recipient === undefined || !channel.textCall) {
      return undefined;
    }
    return new Disclosing(
      conversations,
      runtime,
      context,
      channel,
      recipient,
      context,
      client,
    );
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

  private async transmitLater(
    waiting: Promise<unknown>,
    disclosing?: Disclosing,
  ): Promise<unknown> {
    const { via, args } = this.outgoing;
    // What the bot gave is what is sent, whatever changes while this waits.
    const given = deepCopy(args);
    this.args = given;
    this.call = via.read(given) ?? this.call;
    for (const outgoing of this.messages) {
      outgoing.message = deepCopy(outgoing.message);
    }
    const { file } = this.call;
    try {
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
      return await (disclosing
        ? this.transmitDisclosed(disclosing)
        : this.transmit());
    } finally {
      disclosing?.done();
      for (const { resolution } of this.messages) await resolution?.end?.();
    }
  }

  /** Sends what is due in the conversation first. */
  private async transmitDisclosed(disclosing: Disclosing): Promise<unknown> {
    const { runtime } = this.personas;
    const page = runtime.settings.disclosure?.page ?? 'bot';
    const due = await disclosing.due(
      this.messages.map(({ speaker, resolution }) => ({
        kind: kindOf(speaker, runtime) ?? page,
        persona: resolution?.persona ?? null,
      })),
    );
    const { args, call, messages } = this;
    const isInserted = due.length > 0 && this.insert(due);
    if (!isInserted) await this.sendFirst(due, disclosing);
    const sending = this.transmit();
    if (!isInserted) disclosing.done();
    try {
      const answer = await sending;
      if (isInserted) await disclosing.ended(true);
      return answer;
    } catch (error) {
      if (isInserted) await disclosing.ended(false);
      await disclosing.undo();
      if (!isInserted || !isInvalidRequest(error)) throw error;
      // Nothing was delivered, and the texts may be to blame.
      for (const { moment } of due) {
        disclosing.failed(moment, 'the channel refused the request');
      }
      Object.assign(this, { args, call, messages });
      return this.transmit();
    }
  }

  /** Puts the texts into the same request, if they fit. */
  private insert(due: readonly DueText[]): boolean {
    const { via } = this.outgoing;
    const args = via.channel.insertTexts?.(via.method, this.args, due);
    const call = args && via.read(args);
    if (!call) return false;
    const messages = [...this.messages];
    for (const { position, moment } of due.toReversed()) {
      const before = messages[position];
      if (!before) continue;
      const { speaker, decidedBy, resolution, carried, isRefused } = before;
      const text = new OutgoingMessage(
        { fields: {} },
        speaker,
        decidedBy,
        resolution,
        moment,
      );
      messages.splice(position, 0, Object.assign(text, { carried, isRefused }));
    }
    for (const [position, outgoing] of messages.entries()) {
      const { [position]: message } = call.messages;
      if (!outgoing.disclosure || !message) continue;
      outgoing.message = message;
      if (outgoing.resolution && !outgoing.carried) this.sign(outgoing);
    }
    Object.assign(this, { args, call, messages });
    return true;
  }

  /** Sends the texts before this call. Never rejects. */
  private async sendFirst(
    due: readonly DueText[],
    disclosing: Disclosing,
  ): Promise<void> {
    for (const { position, moment, text } of due) {
      const { [position]: before } = this.messages;
      if (!before) continue;
      const sending = this.sendText(text, { moment, before }).then(
        () => true,
        (error: unknown) => {
          disclosing.failed(moment, this.describe(error));
          return false;
        },
      );
      const { remainingMs } = disclosing;
      await disclosing.ended(await withTimeout(sending, remainingMs, false));
    }
  }

  private sendText(text: string, disclosure: DisclosureText): Promise<unknown> {
    const { outgoing, personas, recipient = '' } = this;
    const { via, transmit } = outgoing;
    const { channel } = via;
    const textCall = channel.textCall?.(
      this.method ?? via.method,
      this.args,
      text,
      recipient,
    );
    const { args = [], method } = textCall ?? {};
    const textVia = method === undefined ? via : sendMethod(channel, method);
    const call = textVia?.read(args);
    if (!textVia || !call) {
      return rejected(new Error('the client has no method for texts'));
    }
    const own: OutgoingCall = {
      via: textVia,
      args,
      transmit: (sent) =>
        transmit(method === undefined ? sent : { method, ...sent }),
      isBotCall: false,
    };
    return new Promise((resolve) =>
      resolve(new Send(personas, own, call, disclosure).start()),
    );
  }

  /** Without the secrets that an error of the client may carry. */
  private describe(error: unknown): string {
    const reason = error instanceof Error ? error.message : typeof error;
    const { pageContext } = this.context;
    const { client } = this.personas;
    const holder = pageContext ? clientOf(pageContext) : client;
    return redactSecrets(reason, secretsOf(holder));
  }

  private transmit(): unknown {
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
    const isCarried = this.messages.some(({ carried }) => carried);
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
    const { pageContext } = this.context;
    const { client } = this.personas;
    const read = this.outgoing.via.channel.readRefusal?.(error);
    const refused = this.messages.filter(
      ({ carried }, position) =>
        carried && (read?.messages?.includes(position) ?? true),
    );
    if (!read || refused.length === 0) throw error;
    const { refusals } = this.personas.runtime;
    const isCertain = read.messages !== undefined || this.showsOneProfile();
    const secrets = secretsOf(pageContext ? clientOf(pageContext) : client);
    const refusal = { ...read, failure: redactFailure(read.failure, secrets) };
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

  private sign(outgoing: OutgoingMessage): void {
    const { settings } = this.personas.runtime;
    const name = outgoing.resolution?.name;
    const signed = signText(outgoing.message, name, settings);
    if (signed !== outgoing.message) outgoing.signedAs = name;
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
  private get recipient(): string | undefined {
    const { channel, method } = this.outgoing.via;
    const { context } = this.context;
    return recipientOf(this.call, channel, method, context);
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

/** The request itself was refused, so that nothing of it was delivered. */
function isInvalidRequest(error: unknown): boolean {
  return getProperty(getProperty(error, 'response'), 'status') === 400;
}

/** The message without a persona. */
function asPage(message: Message): Message {
  const fields = withoutPersona(message.fields);
  return fields === message.fields ? message : { ...message, fields };
}

/** The message with what shows its speaker: the same one where it has that already. */
function shownAs(
  message: Message,
  { id, fields: added }: Carried,
  addFields: (fields: Fields, added: Fields) => Fields,
): Message {
  const { fields, text } = message;
  const isThere = id !== undefined && fields.personaId === id;
  if (isThere && fields.persona_id === undefined) return message;
  return { fields: addFields(withoutPersona(fields), added), text };
}

/** What the bot put into a message stays, in either spelling. */
function addMissing(given: Fields, added: Fields): Fields {
  const fields: Record<string, unknown> = { ...given };
  for (const key in added) if (!isSet(key, given)) fields[key] = added[key];
  return fields;
}

function isSet(key: string, fields: Fields): boolean {
  const value = fields[key] ?? fields[snakeCase(key)];
  return value !== undefined && value !== null;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function logSpeaker(method: string, speaker: ActiveSpeaker, source: string) {
  const who =
    speaker.kind === 'page'
      ? 'the Page'
      : (publicPersona(speaker) ?? 'nobody yet');
  debug('%s: %s speaks, by %s', method, who, source);
}
