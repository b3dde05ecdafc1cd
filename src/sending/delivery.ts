import type { IdPlace } from '../channels/channel';
import { refusedBefore, type Occasion } from '../speaking/occasion';
import { asRefusal, speakAsPageInstead } from '../speaking/refused';

import { optionsOf, withPersonaId } from './arguments';
import { optionsAt, type Call } from './call';
import type { Identity } from './identity';
import { signed } from './sign';
import { carriesFile, upload } from './upload';
import { verdictOn } from './verdict';

/**
 * Under this key a send goes through the wrappers of others, among its options,
 * to where it ends; no wire shows it.
 */
export const SENDING = Symbol('the send that this belongs to');

/** A send that goes on beneath the wrappers of others, with what was decided above them. */
export interface Sending {
  readonly place: IdPlace;
  readonly id: string;
  readonly identity: Identity;
  readonly renew: Identity['renew'];
  /** Tells the one above that it need not see to a failure. */
  takenOver: boolean;
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
    return this.callWith(
      withPersonaId(this.args, optionsAt(this.call), personaId),
    );
  }

  private callWith(args: unknown[]): Promise<unknown> {
    const { original, self } = this.call;
    const answer = Reflect.apply(original, self, args);
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  }

  /** Where the ID is known and nothing must be waited for, this is Bottender's own call and one `catch`. */
  speak(identity: Identity): Promise<unknown> {
    let id;
    try {
      this.throwIfRefused();
      id = identity.id();
      if (typeof id === 'string') this.throwIfRefused(id);
    } catch (error) {
      return this.speakInstead(error, identity);
    }
    if (id === null) return this.attempt(null);
    return typeof id === 'string' && !carriesFile(this.call)
      ? this.carry(id, identity, identity.renew)
      : this.speakLater(id, identity);
  }

  /** The same with an ID that is still to come, or with a file. */
  private async speakLater(
    coming: string | Promise<string>,
    identity: Identity,
  ): Promise<unknown> {
    try {
      let id;
      try {
        id = await coming;
        this.throwIfRefused(id);
      } catch (error) {
        return await this.speakInstead(error, identity);
      }
      this.args = await upload(this.occasion, this.call);
      return await this.carry(id, identity, identity.renew);
    } finally {
      await identity.end?.();
    }
  }

  /** @param renew how to come by another ID, where that has not been done yet */
  private carry(
    id: string,
    identity: Identity,
    renew: Identity['renew'],
  ): Promise<unknown> {
    if (this.call.goesThrough) return this.goThrough(id, identity, renew);
    return this.attempt(id).catch((error: unknown) =>
      this.afterFailure(error, id, identity, renew),
    );
  }

  /** Others have wrapped the method: what follows from a refusal is seen to beneath them, if they let it through. */
  private async goThrough(
    id: string,
    identity: Identity,
    renew: Identity['renew'],
  ): Promise<unknown> {
    const { place } = this.call;
    const sending: Sending = { place, id, identity, renew, takenOver: false };
    const at = optionsAt(this.call);
    const args = withPersonaId(this.args, at, id);
    Object.assign(optionsOf(args, at) ?? {}, { [SENDING]: sending });
    try {
      return await this.callWith(args);
    } catch (error) {
      if (sending.takenOver) throw error;
      return this.afterFailure(error, id, identity, renew);
    }
  }

  /** Goes on with a send that has come through the wrappers of others. */
  resume(sending: Sending): Promise<unknown> {
    const { id, identity, renew } = sending;
    sending.takenOver = true;
    try {
      this.throwIfRefused(id);
    } catch (error) {
      return this.speakInstead(error, identity);
    }
    return this.carry(id, identity, renew);
  }

  private async afterFailure(
    error: unknown,
    id: string,
    identity: Identity,
    renew: Identity['renew'],
  ): Promise<unknown> {
    const refusal = await verdictOn(error, id, identity.persona, this.occasion);
    if (!refusal) throw error;
    if (refusal.reason !== 'unknown' || !renew) {
      const { runtime, psid } = this.occasion;
      const known = runtime.refusals.remember(refusal, id, psid);
      return this.speakInstead(known, identity);
    }
    let renewed;
    try {
      renewed = await renew(id);
    } catch (failure) {
      return this.speakInstead(failure, identity);
    }
    return this.carry(renewed, identity, undefined);
  }

  /** As the Page, because there is no persona to be had; rejects with any other error. */
  private async speakInstead(
    error: unknown,
    identity: Identity,
  ): Promise<unknown> {
    const refusal = asRefusal(error, identity.persona);
    if (!refusal) throw error;
    speakAsPageInstead(refusal, identity.persona, this.occasion);
    const { place, lead } = this.call;
    if (place.text !== undefined) {
      const { signText } = this.occasion.runtime.settings;
      this.args = signed(this.args, identity.name, signText, place.text + lead);
    }
    return this.attempt(null);
  }

  private throwIfRefused(id?: string): void {
    const refusal = refusedBefore(this.occasion, id);
    if (refusal) throw refusal;
  }
}
