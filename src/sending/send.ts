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
import { PersonaError } from '../errors';
import { isPersonaId } from '../persona';
import { clientOf } from '../graph/page';
import { redactFailure } from '../graph/graphFailure';
import { secretsOf } from '../graph/secrets';
import type { SendContext } from '../sendContext';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { PAGE, publicPersona, type ActiveSpeaker } from '../speaking/speaker';
import { debug, isDebugging } from '../util/debug';
import { deepCopy } from '../util/deepCopy';
import { rejected } from '../util/rejected';

import { ownPersona, withoutPersona, withoutPersonas } from './ownPersona';
import { queuedSpeaker } from './queuedSpeakers';
import type { Carried, Resolution } from './resolution';
import { carriedAs, resolveId } from './resolveId';
import { resolveProfile } from './resolveProfile';
import { checkSenderAction, supportsPersona } from './senderActions';
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
  if (optionsPosition === undefined || isDebugging()) return undefined;
  const options = args[optionsPosition] as Fields | undefined;
  const id = options?.personaId;
  if (typeof id !== 'string' || options?.persona_id !== undefined) {
    return undefined;
  }
  const isPlain = personas.runtime.refusals.isEmpty && !personas.hasCreated;
  return isPlain && isPersonaId(id) ? id : undefined;
}

/** One message on its way. */
class OutgoingMessage {
  carried: Carried | null = null;
  hasRenewed = false;

  constructor(
    /** What the bot gave; signed where it goes out without its profile. */
    public message: Message,
    readonly resolution?: Resolution,
  ) {}
}

class Send {
  private readonly messages: readonly OutgoingMessage[];
  private knownContext: SendContext | undefined;
  private args: unknown[];
  /** Set where another method of the client sends what was uploaded. */
  private method: string | undefined;

  constructor(
    private readonly personas: ScopedPersonas,
    private readonly outgoing: OutgoingCall,
    private call: MessageCall,
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
    return waiting || (isCarried && this.call.file)
      ? this.transmitLater(Promise.all(waiting ?? []))
      : this.transmit();
  }

  /** The speaker of this message: its own persona, else the speaker at the time it was queued, else the active one. */
  private decide(given: Message): OutgoingMessage {
    const { personas, outgoing } = this;
    const { channel, method } = outgoing.via;
    const own = ownPersona(given.fields);
    const { profileField, messageQueues, carriesId } = channel;
    if (profileField !== undefined && isSet(profileField, given.fields)) {
      return new OutgoingMessage(given);
    }
    const queued = messageQueues && queuedSpeaker(given.fields);
    const speaker = this.checked(
      own === undefined
        ? (queued?.speaker ?? personas.currentSpeaker())
        : personas.speakerNamed(own),
    );
    if (isDebugging()) {
      const { activeSpeaker, source } = personas;
      const isOwn = own !== undefined && own !== publicPersona(activeSpeaker);
      logSpeaker(
        method,
        speaker,
        isOwn ? 'personaId' : (queued?.source ?? source),
      );
    }
    if (speaker.kind === 'page') return new OutgoingMessage(given);
    if (speaker.kind === 'caller') {
      const fields = { ...given.fields, ...speaker.fields };
      return new OutgoingMessage({ ...given, fields });
    }
    const { runtime } = personas;
    const resolution = carriesId
      ? resolveId(speaker, runtime, this)
      : resolveProfile(speaker, runtime, this, channel);
    return new OutgoingMessage(given, resolution);
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
      return await this.transmit();
    } finally {
      for (const { resolution } of this.messages) await resolution?.end?.();
    }
  }

  private transmit(): unknown {
    const { transmit, via } = this.outgoing;
    const { addFields = addMissing, readIgnored } = via.channel;
    const sent = this.messages.map(({ message, carried }) =>
      carried ? shownAs(message, carried, addFields) : asPage(message),
    );
    const given = this.call.messages;
    const isAsGiven = sent.every((message, at) => message === given[at]);
    const { method, args } = this;
    const call = isAsGiven ? { args } : this.call.withMessages(sent);
    const answer = transmit(method === undefined ? call : { ...call, method });
    if (!(answer instanceof Promise)) return answer;
    if (!this.messages.some(({ carried }) => carried)) return answer;
    return answer.then(
      readIgnored && ((given) => this.reportIgnored(given)),
      (error: unknown) => this.afterFailure(error),
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
    this.sign(outgoing);
  }

  private sign(outgoing: OutgoingMessage): void {
    const { settings } = this.personas.runtime;
    const name = outgoing.resolution?.name;
    outgoing.message = signText(outgoing.message, name, settings);
  }

  private reportIgnored(answer: unknown): unknown {
    const { refusals } = this.personas.runtime;
    for (const { resolution, carried } of this.messages) {
      if (!resolution || !carried) continue;
      const { readIgnored } = this.outgoing.via.channel;
      const ignored = readIgnored?.(answer, carried.fields);
      if (ignored === undefined) continue;
      const { persona } = resolution;
      refusals.reportIgnored(ignored, persona, this.account, this.context);
    }
    return answer;
  }

  get context(): SendContext {
    return (this.knownContext ??= this.personas.sendContext(this.call));
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
