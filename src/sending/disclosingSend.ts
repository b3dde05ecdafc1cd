import { sendMethod } from '../channels/channel';
import { getProperty } from '../util/values';
import { reasonOf, rejected, responseOf } from '../util/failures';
import { withTimeout } from '../util/withTimeout';

import { Disclosing, type DueText } from './disclosing';
import { asCaller } from './messageFields';
import { OutgoingMessage } from './outgoingMessage';
import { SendOperation, type OutgoingCall } from './sendOperation';
import { checkStream } from './upload';

/** A call that may have to wait for a disclosure of the bot. */
export class DisclosingSend extends SendOperation {
  /** `undefined` where there is nothing to disclose, as for many recipients. */
  private disclosing: Disclosing | undefined;

  protected override takeTurn(): boolean {
    const { channel, recipient } = this;
    const { conversations } = this.runtime;
    const isMessage = !this.isSenderAction && !this.outgoing.isMock;
    if (!conversations || !isMessage || !channel.textCall) return false;
    if (recipient === undefined) return false;
    this.disclosing = new Disclosing(conversations, this, recipient);
    return true;
  }

  protected override endTurn(): void {
    this.disclosing?.turn.done();
  }

  protected override transmitInTurn(): unknown {
    const { disclosing } = this;
    return disclosing ? this.transmitDisclosed(disclosing) : this.transmit();
  }

  /** Sends what is due in the conversation first. */
  private async transmitDisclosed(disclosing: Disclosing): Promise<unknown> {
    const due = await disclosing.due(this.messages);
    const canInsert = due.length > 0 && this.insert([]);
    const { given, call, messages } = this;
    const isInserted = canInsert && this.insert(due);
    if (!isInserted) await this.sendFirst(due, disclosing);
    try {
      if (this.call.file) checkStream(this.call.file);
      const sending = this.transmit();
      if (!isInserted) disclosing.turn.done();
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
      [this.given, this.call, this.messages] = [given, call, messages];
      return this.transmit();
    }
  }

  /** Puts the texts into the same request, if they fit. With no texts, makes it one that takes them. */
  private insert(due: readonly DueText[]): boolean {
    const { channel } = this;
    const { method: called = this.outgoing.via.method } = this.given;
    const given = this.call.withMessages(
      this.messages.map(({ message }) => message),
    );
    const { args, method = called } =
      channel.insertTexts?.(given.method ?? called, given.args, due) ?? {};
    const call = args && sendMethod(channel, method)?.read(args);
    // A custom client may lack the method that takes several messages.
    const canSend = typeof getProperty(this.client, method) === 'function';
    if (!call || !canSend) return false;
    const messages = [...this.messages];
    for (const { position, moment, before } of due.toReversed()) {
      const text = new OutgoingMessage({ fields: {} }, before, this, moment);
      text.carried = before.carried;
      text.isRefused = before.isRefused;
      messages.splice(position, 0, text);
    }
    for (const [position, outgoing] of messages.entries()) {
      const { [position]: message } = call.messages;
      if (!message) continue;
      outgoing.message = asCaller(message, outgoing.speaker);
      const isUnsigned = outgoing.disclosure && !outgoing.carried;
      if (isUnsigned && outgoing.resolution) outgoing.sign();
    }
    [this.given, this.call, this.messages] = [{ args, method }, call, messages];
    return true;
  }

  /** Sends the texts before this call. Never rejects. */
  private async sendFirst(
    due: readonly DueText[],
    disclosing: Disclosing,
  ): Promise<void> {
    for (const each of due) {
      const sending = this.sendText(each).then(
        () => true,
        (error: unknown) => {
          disclosing.failed(each.moment, reasonOf(error));
          return false;
        },
      );
      const { remainingMs } = disclosing.turn;
      await disclosing.ended(await withTimeout(sending, remainingMs, false));
    }
  }

  private sendText(due: DueText): Promise<unknown> {
    const { channel, outgoing, personas, recipient = '' } = this;
    const { via, transmit } = outgoing;
    const { args: given, method: called } = this.given;
    const { args = [], method = called } =
      channel.textCall?.(called ?? via.method, given, due.text, recipient) ??
      {};
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
    };
    return new Promise((resolve) =>
      resolve(new SendOperation(personas, own, call, due).start()),
    );
  }
}

/** The request itself was refused, so that nothing of it was delivered. */
function isInvalidRequest(error: unknown): boolean {
  return getProperty(responseOf(error), 'status') === 400;
}
