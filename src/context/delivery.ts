import { withPersonaId } from './arguments';
import type { ContextPersonas } from './contextPersonas';
import type { CoveredMethod } from './methods';
import { asRefusal, speakAsPageInstead } from './refused';
import { signed } from './sign';
import { carriesFile, upload } from './upload';
import { verdictOn } from './verdict';
import type { Voice } from './voice';

/** A method of Bottender's own, or of whoever has wrapped it. */
export type Original = (...args: unknown[]) => unknown;

/**
 * The life of one send as a persona. It goes out with the persona's ID; where
 * that is gone from the Page and another can be had, once more with that; where
 * the persona is refused, as the Page. Only a definite refusal is followed by
 * another attempt, so that no message goes out twice.
 */
export class Delivery {
  constructor(
    private readonly personas: ContextPersonas,
    private readonly method: CoveredMethod,
    private args: unknown[],
    /** What Bottender's method is called on. */
    private readonly self: object,
    private readonly original: Original,
  ) {}

  /** Sends the message with this persona, or as the Page; what comes of it is Bottender's. */
  attempt(personaId: string | null): Promise<unknown> {
    const args = withPersonaId(this.method, this.args, personaId);
    const answer = Reflect.apply(this.original, this.self, args);
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
    return typeof id === 'string' && !carriesFile(this.method, this.args)
      ? this.carry(id, voice)
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
      this.args = await upload(this.personas.context, this.method, this.args);
      return await this.carry(id, voice);
    } finally {
      await voice.end?.();
    }
  }

  private carry(
    id: string,
    voice: Voice,
    renew = voice.renew,
  ): Promise<unknown> {
    return this.attempt(id).catch((error: unknown) =>
      this.afterFailure(error, id, voice, renew),
    );
  }

  private async afterFailure(
    error: unknown,
    id: string,
    voice: Voice,
    renew: Voice['renew'],
  ): Promise<unknown> {
    const refusal = await verdictOn(error, id, voice.persona, this.personas);
    if (!refusal) throw error;
    if (refusal.reason !== 'unknown' || !renew) {
      const { runtime, psid } = this.personas;
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
    speakAsPageInstead(refusal, voice.persona, this.personas);
    const { settings } = this.personas.runtime;
    if (this.method === 'sendText') {
      this.args = signed(this.args, voice.name, settings.signText);
    }
    return this.attempt(null);
  }

  private throwIfRefused(id?: string): void {
    const refusal = this.personas.refusedBefore(id);
    if (refusal) throw refusal;
  }
}
