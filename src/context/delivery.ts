import { optionsOf, withPersonaId } from './arguments';
import type { CoveredMethod } from '../channels/messenger';
import { refusedBefore, type Occasion } from './occasion';
import { asRefusal, speakAsPageInstead } from './refused';
import { signed } from './sign';
import { carriesFile, upload } from './upload';
import { verdictOn } from './verdict';
import type { Voice } from './voice';

/** A method of Bottender's own, or of whoever has wrapped it. */
export type Original = (...args: unknown[]) => unknown;

/**
 * Under this key a send goes through the wrappers of others, among its options,
 * to where it ends; no wire shows it.
 */
export const SENDING = Symbol('the send that this belongs to');

/** A send that goes on beneath the wrappers of others, with what was decided above them. */
export interface Sending {
  readonly method: CoveredMethod;
  readonly id: string;
  readonly voice: Voice;
  readonly renew: Voice['renew'];
  /** Tells the one above that it need not see to a failure. */
  takenOver: boolean;
}

/** One call of a covered method. */
export interface Call {
  readonly method: CoveredMethod;
  readonly args: unknown[];
  /** How many arguments stand before those that a context's method takes. */
  readonly lead: number;
  /** What is covered, */
  readonly original: Original;
  /** and what it is called on. */
  readonly self: object;
  /** Whether it ends in a delivery of its own, beneath what others have wrapped around it. */
  readonly goesThrough?: boolean;
}

/**
 * The life of one send as a persona. It goes out with the persona's ID; where
 * that is gone from the Page and another can be had, once more with that; where
 * the persona is refused, as the Page. Only a definite refusal is followed by
 * another attempt, so that no message goes out twice.
 */
export class Delivery {
  private args: unknown[];

  constructor(
    private readonly occasion: Occasion,
    private readonly call: Call,
  ) {
    this.args = call.args;
  }

  /** Sends the message with this persona, or as the Page; what comes of it is Bottender's. */
  attempt(personaId: string | null): Promise<unknown> {
    const { method, lead } = this.call;
    return this.callWith(withPersonaId(method, this.args, personaId, lead));
  }

  private callWith(args: unknown[]): Promise<unknown> {
    const { original, self } = this.call;
    const answer = Reflect.apply(original, self, args);
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  }

  /** Where the ID is known and nothing must be waited for, this is Bottender's own call and one `catch`. */
  speak(voice: Voice): Promise<unknown> {
    let id;
    try {
      this.throwIfRefused();
      id = voice.id();
      if (typeof id === 'string') this.throwIfRefused(id);
    } catch (error) {
      return this.speakInstead(error, voice);
    }
    if (id === null) return this.attempt(null);
    const { method, lead } = this.call;
    return typeof id === 'string' && !carriesFile(method, this.args, lead)
      ? this.carry(id, voice, voice.renew)
      : this.speakLater(id, voice);
  }

  /** The same with an ID that is still to come, or with a file. */
  private async speakLater(
    coming: string | Promise<string>,
    voice: Voice,
  ): Promise<unknown> {
    try {
      let id;
      try {
        id = await coming;
        this.throwIfRefused(id);
      } catch (error) {
        return await this.speakInstead(error, voice);
      }
      const { method, lead } = this.call;
      this.args = await upload(this.occasion, method, this.args, lead);
      return await this.carry(id, voice, voice.renew);
    } finally {
      await voice.end?.();
    }
  }

  /** @param renew how to come by another ID, where that has not been done yet */
  private carry(
    id: string,
    voice: Voice,
    renew: Voice['renew'],
  ): Promise<unknown> {
    if (this.call.goesThrough) return this.goThrough(id, voice, renew);
    return this.attempt(id).catch((error: unknown) =>
      this.afterFailure(error, id, voice, renew),
    );
  }

  /** Others have wrapped the method: what follows from a refusal is seen to beneath them, if they let it through. */
  private async goThrough(
    id: string,
    voice: Voice,
    renew: Voice['renew'],
  ): Promise<unknown> {
    const { method, lead } = this.call;
    const sending: Sending = { method, id, voice, renew, takenOver: false };
    const args = withPersonaId(method, this.args, id, lead);
    Object.assign(optionsOf(method, args, lead) ?? {}, { [SENDING]: sending });
    try {
      return await this.callWith(args);
    } catch (error) {
      if (sending.takenOver) throw error;
      return this.afterFailure(error, id, voice, renew);
    }
  }

  /** Goes on with a send that has come through the wrappers of others. */
  resume(sending: Sending): Promise<unknown> {
    const { id, voice, renew } = sending;
    sending.takenOver = true;
    try {
      this.throwIfRefused(id);
    } catch (error) {
      return this.speakInstead(error, voice);
    }
    return this.carry(id, voice, renew);
  }

  private async afterFailure(
    error: unknown,
    id: string,
    voice: Voice,
    renew: Voice['renew'],
  ): Promise<unknown> {
    const refusal = await verdictOn(error, id, voice.persona, this.occasion);
    if (!refusal) throw error;
    if (refusal.reason !== 'unknown' || !renew) {
      const { runtime, psid } = this.occasion;
      const known = runtime.refusals.remember(refusal, id, psid);
      return this.speakInstead(known, voice);
    }
    let renewed;
    try {
      renewed = await renew(id);
    } catch (failure) {
      return this.speakInstead(failure, voice);
    }
    return this.carry(renewed, voice, undefined);
  }

  /** As the Page, because there is no persona to be had; rejects with any other error. */
  private async speakInstead(error: unknown, voice: Voice): Promise<unknown> {
    const refusal = asRefusal(error, voice.persona);
    if (!refusal) throw error;
    speakAsPageInstead(refusal, voice.persona, this.occasion);
    const { method, lead } = this.call;
    if (method === 'sendText') {
      const { signText } = this.occasion.runtime.settings;
      this.args = signed(this.args, voice.name, signText, lead);
    }
    return this.attempt(null);
  }

  private throwIfRefused(id?: string): void {
    const refusal = refusedBefore(this.occasion, id);
    if (refusal) throw refusal;
  }
}
