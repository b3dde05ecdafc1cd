import { sendMethod, type Channel, type SendMethod } from '../channels/channel';
import type {
  ClientCall,
  Message,
  MessageCall,
  MessageFile,
} from '../channels/messageCall';
import { redactFailure } from '../graph/graphFailure';
import { secretsOf } from '../graph/secrets';
import type { Runtime } from '../runtime';
import { recipientId, type SendContext } from '../sendContext';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { PAGE, publicPersona, type Decision } from '../speaking/speaker';
import { debug, isDebugging } from '../util/debug';
import { deepCopy } from '../util/deepCopy';

import {
  checkHumanAgent,
  checkSenderAction,
  decideSpeaker,
  supportsPersona,
} from './decideSpeaker';
import type { DueText } from './disclosing';
import { OutgoingMessage } from './outgoingMessage';
import { carriedAs, type Sending } from './resolution';
import { reportSent } from './sentMessages';
import { failureOf, upload } from './upload';

/** A call of a method that sends. */
export interface OutgoingCall {
  readonly via: SendMethod;
  readonly args: unknown[];
  /** Calls the client's own method, on the client itself. */
  readonly transmit: (call: ClientCall) => unknown;
  /** Whether no platform gets it, so that nothing is disclosed or reported. */
  readonly isMock?: boolean;
}

/** One call that sends, with all of its attempts. */
export class SendOperation implements Sending {
  readonly runtime: Runtime;
  readonly channel: Channel;
  readonly client: object | undefined;
  /** What the client is called with where no message changes. */
  protected given: ClientCall;
  protected messages: readonly OutgoingMessage[];
  private knownContext: SendContext | undefined;
  private isCopied = false;

  constructor(
    protected readonly personas: ScopedPersonas,
    protected readonly outgoing: OutgoingCall,
    protected call: MessageCall,
    /** Set where this is a text of `disclosure.message`. */
    private readonly disclosure?: DueText,
  ) {
    this.runtime = personas.runtime;
    this.channel = outgoing.via.channel;
    this.client = personas.client;
    this.given = { args: outgoing.args };
    this.messages = call.messages.map((message) => this.decide(message));
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
    for (const message of operation.messages) message.carried = carriedAs(id);
    return operation.afterFailure(error);
  }

  start(): unknown {
    let waiting: Promise<void>[] | undefined;
    for (const message of this.messages) {
      const carrying = message.carry();
      if (carrying) (waiting ??= []).push(carrying);
    }
    const mustWait = this.takeTurn() || (this.isCarried && this.call.file);
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

  private decide(message: Message): OutgoingMessage {
    const { personas, outgoing, runtime, channel, disclosure } = this;
    const { fields } = message;
    const { senderAction } = this.call;
    let decision: Decision =
      disclosure?.before ?? decideSpeaker(fields, personas, channel);
    if (senderAction !== undefined && !supportsPersona(senderAction)) {
      // A context checks these itself, because its client gets those of `markSeen` too.
      if (outgoing.isMock || !this.context.context) {
        checkSenderAction(senderAction, decision.speaker, runtime.settings);
      }
      decision = { ...decision, speaker: PAGE };
    }
    if (isDebugging()) logSpeaker(outgoing.via.method, decision);
    const isHumanAgents = fields.tag === 'HUMAN_AGENT' && channel.carriesId;
    if (isHumanAgents && senderAction === undefined) {
      checkHumanAgent(decision.speaker, runtime);
    }
    return new OutgoingMessage(message, decision, this, disclosure?.moment);
  }

  private async transmitLater(waiting: Promise<unknown>): Promise<unknown> {
    try {
      this.copy();
      const { file } = this.call;
      await (file ? Promise.race([waiting, failureOf(file)]) : waiting);
      if (file && this.isCarried) await this.upload(file);
      return await this.transmitInTurn();
    } finally {
      this.endTurn();
      for (const { resolution } of this.messages) await resolution?.end?.();
    }
  }

  /** What the bot gave is what is sent and reported, whatever changes while this waits. */
  private copy(): void {
    if (this.isCopied) return;
    this.isCopied = true;
    const { messages: given } = this.call;
    this.replace({ args: deepCopy(this.given.args) });
    for (const [at, each] of this.messages.entries()) {
      const { message } = each;
      const copied = message === given[at] ? this.call.messages[at] : undefined;
      // If it was as given, it is the one of the copied call, so that this still goes out as it is.
      each.message = copied ?? deepCopy(message);
    }
  }

  private async upload(file: MessageFile): Promise<void> {
    const { page } = this.context;
    if (!page) return;
    this.replace(await upload(file, this.given.args, page.client));
    const [outgoing] = this.messages;
    const [uploaded] = this.call.messages;
    if (outgoing && uploaded) outgoing.message = uploaded;
  }

  /** Lets this be sent instead. */
  private replace(given: ClientCall): void {
    const { via } = this.outgoing;
    const { method } = given;
    const { read } = (method && sendMethod(via.channel, method)) || via;
    this.given = given;
    this.call = read(given.args) ?? this.call;
  }

  protected transmit(): unknown {
    const { isCarried, isSenderAction, outgoing } = this;
    const { settings, conversations } = this.runtime;
    const isWatched = settings.onSent ?? conversations;
    const isReported = isWatched && !outgoing.isMock && !isSenderAction;
    if (isReported) this.copy();
    const sent = this.messages.map((message) => message.sent);
    const { messages } = this.call;
    const isAsGiven = sent.every((message, at) => message === messages[at]);
    const call = isAsGiven
      ? this.given
      : { ...this.given, ...this.call.withMessages(sent) };
    const answer = outgoing.transmit(call);
    if (!(answer instanceof Promise)) return answer;
    if (!isCarried && !isReported) return answer;
    return answer.then(
      (given: unknown) => {
        for (const message of this.messages) message.readAnswer(given);
        if (isReported) {
          const { args, method = outgoing.via.method } = call;
          const { messages, recipient } = this;
          const accepted = { method, args, recipient, messages, sent };
          reportSent({ sending: this, ...accepted }, given);
        }
        return given;
      },
      isCarried ? (error: unknown) => this.afterFailure(error) : undefined,
    );
  }

  private async afterFailure(error: unknown): Promise<unknown> {
    const read = this.channel.readRefusal?.(error);
    const refused = this.messages.filter(
      ({ carried }, position) =>
        carried && (read?.messages?.includes(position) ?? true),
    );
    if (!read || refused.length === 0) throw error;
    const secrets = secretsOf(this.context.page?.client ?? this.client);
    const failure = redactFailure(read.failure, secrets);
    const isCertain = read.messages !== undefined || this.showsOneProfile();
    for (const message of refused) {
      await message.carryAfter({ ...read, failure }, isCertain);
    }
    return this.transmit();
  }

  /** If not, a refusal that does not say which message it is about is of no profile in particular. */
  private showsOneProfile(): boolean {
    const { profileField = '' } = this.channel;
    const shown = this.messages.map(({ message, carried }) =>
      JSON.stringify((carried ?? message).fields[profileField]),
    );
    return new Set(shown.filter((profile) => profile)).size <= 1;
  }

  /** What carries a persona of its own is sent once. */
  private get isCarried(): boolean {
    return this.messages.some(
      ({ carried, resolution }) => carried && resolution,
    );
  }

  /** Asked for only where it is needed, because that takes a while. */
  get context(): SendContext {
    return (this.knownContext ??= this.personas.sendContext(this.call));
  }

  get isSenderAction(): boolean {
    return this.call.senderAction !== undefined;
  }

  /** The one recipient of the call, where it has one that is known. */
  protected get recipient(): string | undefined {
    const id = recipientId(this.call.recipient);
    if (id) return id;
    const { context } = this.context;
    const { method } = this.outgoing.via;
    return context ? this.channel.recipientIn?.(method, context) : undefined;
  }
}

function logSpeaker(method: string, { speaker, decidedBy }: Decision): void {
  const who =
    speaker.kind === 'page'
      ? 'the Page'
      : (publicPersona(speaker) ?? 'nobody yet');
  debug('%s: %s speaks, by %s', method, who, decidedBy);
}
