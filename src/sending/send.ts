/**
 * sending/ is the life of one call that carries messages: who speaks in each of
 * them, what they carry for that (`resolveId.ts`, `resolveProfile.ts`), and what
 * is sent once more after a refusal.
 */
import type {
  Channel,
  ClientCall,
  Fields,
  Message,
  MessageCall,
} from '../channels/channel';
import { PersonaError } from '../errors';
import { secretsOf } from '../graph/call';
import type { SendContext } from '../sendContext';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { PAGE, publicPersona, type ActiveSpeaker } from '../speaking/speaker';
import { debug, isDebugging } from '../util/debug';
import { deepCopy } from '../util/deepCopy';
import { rejected } from '../util/rejected';

import { ownPersona, withoutPersona } from './ownPersona';
import { queuedSpeaker } from './queuedSpeakers';
import type { Carried, Resolution } from './resolution';
import { resolveId } from './resolveId';
import { resolveProfile } from './resolveProfile';
import { checkSenderAction, supportsPersona } from './senderActions';
import { signText } from './signText';
import { failureOf, upload } from './upload';

/** A call to a client, or to a queue, that carries messages. */
export interface OutgoingCall {
  readonly channel: Channel;
  readonly method: string;
  readonly args: unknown[];
  /** The same, as the channel reads it. */
  readonly call: MessageCall;
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
  try {
    const answer = new Send(personas, outgoing).start();
    return answer instanceof Promise ? personas.keep(answer) : answer;
  } catch (error) {
    if (error instanceof PersonaError) return rejected(error);
    throw error;
  }
}

/** One message on its way. */
interface OutgoingMessage {
  /** What the bot gave, without a persona; signed where it goes out without its profile. */
  message: Message;
  readonly resolution: Resolution | undefined;
  carried: Carried | null;
  hasRenewed: boolean;
}

class Send {
  private call: MessageCall;
  private readonly messages: readonly OutgoingMessage[];
  private knownContext: SendContext | undefined;

  constructor(
    private readonly personas: ScopedPersonas,
    private readonly outgoing: OutgoingCall,
  ) {
    this.call = outgoing.call;
    this.messages = this.call.messages.map((message) => this.decide(message));
  }

  start(): unknown {
    const waiting = this.messages
      .map((message) => this.carry(message))
      .filter((carrying) => carrying !== undefined);
    const uploads =
      this.call.file && this.messages.some(({ carried }) => carried);
    return waiting.length > 0 || uploads
      ? this.transmitLater(Promise.all(waiting))
      : this.transmit();
  }

  /** Who speaks in this message: its own persona, else whoever spoke when it was queued, else whoever speaks now. */
  private decide(given: Message): OutgoingMessage {
    const { personas, outgoing } = this;
    const { channel, method } = outgoing;
    const own = ownPersona(given.fields);
    const fields = withoutPersona(given.fields);
    const plain = (message: Message) => ({
      message,
      resolution: undefined,
      carried: null,
      hasRenewed: false,
    });
    const message = own === undefined ? given : { ...given, fields };
    if (isSet(channel.profileField, fields)) return plain(message);
    const queued = queuedSpeaker(given.fields);
    const speaker = this.checked(
      own === undefined
        ? (queued?.speaker ?? personas.activeSpeaker)
        : personas.captureSpeaker(own),
    );
    if (isDebugging()) {
      const source = queued?.source ?? personas.source;
      logSpeaker(method, speaker, own === undefined ? source : 'personaId');
    }
    if (speaker.kind === 'page') return plain(message);
    if (speaker.kind === 'caller') {
      return plain({ ...message, fields: { ...fields, ...speaker.fields } });
    }
    const { runtime } = personas;
    const isSenderAction = this.call.senderAction !== undefined;
    const resolution = channel.carriesId
      ? resolveId(speaker, runtime, this.context, isSenderAction)
      : resolveProfile(speaker, runtime, this.context, channel, this.account);
    return { ...plain(message), resolution };
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
      if (!carried && !this.outgoing.channel.carriesId) this.sign(outgoing);
    } catch (error) {
      this.sendAsPage(outgoing, error);
    }
    return undefined;
  }

  private async transmitLater(waiting: Promise<unknown>): Promise<unknown> {
    const { channel, method, args } = this.outgoing;
    // What the bot gave is what is sent, whatever changes while this waits.
    const given = deepCopy(args);
    this.call = channel.read(method, given) ?? this.call;
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
        this.call = channel.read(method, uploaded) ?? this.call;
        const [message] = this.call.messages;
        if (message) {
          const fields = withoutPersona(message.fields);
          first.message = { ...message, fields };
        }
      }
      return await this.transmit();
    } finally {
      for (const { resolution } of this.messages) await resolution?.end?.();
    }
  }

  private transmit(): unknown {
    const { transmit, channel } = this.outgoing;
    const sent = this.messages.map(({ message, carried }) =>
      carried ? withFields(message, carried.fields) : message,
    );
    const answer = transmit(this.call.withMessages(sent));
    if (!(answer instanceof Promise)) return answer;
    if (!this.messages.some(({ carried }) => carried)) return answer;
    return answer.then(
      channel.readIgnored &&
        ((given: unknown) => {
          this.reportIgnored(given);
          return given;
        }),
      (error: unknown) => this.afterFailure(error),
    );
  }

  private async afterFailure(error: unknown): Promise<unknown> {
    const { client } = this.personas;
    const refusal = this.outgoing.channel.readRefusal?.(
      error,
      secretsOf(client),
    );
    const refused = this.messages.filter(
      ({ carried }, position) =>
        carried && (refusal?.messages?.includes(position) ?? true),
    );
    if (!refusal || refused.length === 0) throw error;
    const { refusals } = this.personas.runtime;
    for (const outgoing of refused) {
      const { resolution, carried } = outgoing;
      if (!resolution || !carried) continue;
      const { persona, renew } = resolution;
      const { id } = carried;
      const account = id === undefined ? this.account : undefined;
      const why = await refusals.decide(
        refusal,
        { persona, id, account },
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

  /** Lets a message go out without its persona; throws any error that is no refusal, and with `refusedPersona: 'throw'`. */
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

  private reportIgnored(answer: unknown): void {
    const { refusals } = this.personas.runtime;
    for (const { resolution, carried } of this.messages) {
      if (!resolution || !carried) continue;
      const { readIgnored } = this.outgoing.channel;
      const ignored = readIgnored?.(answer, carried.fields);
      if (ignored === undefined) continue;
      const { persona } = resolution;
      refusals.reportIgnored(ignored, persona, this.account, this.context);
    }
  }

  private get context(): SendContext {
    return (this.knownContext ??= this.personas.sendContext(this.call));
  }

  /** As whom the client speaks: what refusals of profiles are remembered by. */
  private get account(): string {
    const { info, accountOf } = this.outgoing.channel;
    const title = info?.title ?? '';
    return accountOf
      ? JSON.stringify([title, accountOf(this.personas.client)])
      : title;
  }
}

/** The same message with these fields; what the bot put there stays, in either spelling. */
function withFields(message: Message, added: Fields): Message {
  const fields: Record<string, unknown> = { ...message.fields };
  for (const key in added) {
    if (!isSet(key, message.fields)) fields[key] = added[key];
  }
  return { ...message, fields };
}

function isSet(key: string | undefined, fields: Fields): boolean {
  if (key === undefined) return false;
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
