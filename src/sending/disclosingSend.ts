import { sendMethod } from '../channels/channel';
import { redactSecrets } from '../graph/secrets';
import { getProperty } from '../util/getProperty';
import { reasonOf } from '../util/reasonOf';
import { rejected } from '../util/rejected';
import { responseOf } from '../util/responseOf';
import { withTimeout } from '../util/withTimeout';

import { Disclosing, type DueText } from './disclosing';
import { OutgoingMessage } from './outgoingMessage';
import {
  SendOperation,
  type DisclosureText,
  type OutgoingCall,
} from './sendOperation';

/** A call before which a bot may have to disclose itself. */
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
    this.disclosing?.done();
  }

  protected override transmitInTurn(): unknown {
    const { disclosing } = this;
    return disclosing ? this.transmitDisclosed(disclosing) : this.transmit();
  }

  /** Sends what is due in the conversation first. */
  private async transmitDisclosed(disclosing: Disclosing): Promise<unknown> {
    const due = await disclosing.due(this.messages);
    const { given, call, messages } = this;
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
      Object.assign(this, { given, call, messages });
      return this.transmit();
    }
  }

  /** Puts the texts into the same request, if they fit. */
  private insert(due: readonly DueText[]): boolean {
    const { via } = this.outgoing;
    const { args } = this.given;
    const withTexts = via.channel.insertTexts?.(via.method, args, due);
    const call = withTexts && via.read(withTexts);
    if (!call) return false;
    const messages = [...this.messages];
    for (const [earlier, { position, moment }] of due.entries()) {
      const index = position + earlier;
      const { [index]: before } = messages;
      const { [index]: message } = call.messages;
      if (!before || !message) continue;
      const disclosure = new OutgoingMessage(message, before, this, moment);
      const { carried, isRefused, resolution } = before;
      Object.assign(disclosure, { carried, isRefused });
      if (resolution && !carried) disclosure.sign();
      messages.splice(index, 0, disclosure);
    }
    Object.assign(this, { given: { args: withTexts }, call, messages });
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
      this.given.method ?? via.method,
      this.given.args,
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
      resolve(new SendOperation(personas, own, call, disclosure).start()),
    );
  }

  /** Without the secrets that an error of the client may carry. */
  private describe(error: unknown): string {
    return redactSecrets(reasonOf(error).replace(/\.$/, ''), this.secrets);
  }
}

/** The request itself was refused, so that nothing of it was delivered. */
function isInvalidRequest(error: unknown): boolean {
  return getProperty(responseOf(error), 'status') === 400;
}
