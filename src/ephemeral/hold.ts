import type { Page } from '../messenger/page';
import type { PersonaProfile } from '../profile';

import type { EphemeralPool } from './pool';
import type { SharedPersona } from './sharedPersona';

/** One block's hold on the persona made for it: while it lasts, the persona does. */
export class EphemeralHold {
  private readonly pending = new Set<Promise<unknown>>();
  private ended = false;

  private constructor(
    private readonly pool: EphemeralPool,
    readonly persona: SharedPersona,
  ) {}

  /** @throws PersonaRefusedError when Messenger did not make the persona */
  static async take(
    pool: EphemeralPool,
    page: Page,
    profile: PersonaProfile,
  ): Promise<EphemeralHold> {
    return new EphemeralHold(pool, await pool.acquire(page, profile));
  }

  /** Whether its block has not ended, so that the persona is certain to be kept. */
  get lasts(): boolean {
    return !this.ended;
  }

  /** Takes the persona anew, for a send from a block that has ended: a timer's, say. */
  again(): Promise<EphemeralHold> {
    const { page, profile } = this.persona;
    return EphemeralHold.take(this.pool, page, profile);
  }

  /** Keeps the persona until `sending` is answered, awaited by the handler or not. */
  waitFor(sending: Promise<unknown>): void {
    const answered = () => this.pending.delete(sending);
    this.pending.add(sending);
    sending.then(answered, answered);
  }

  /** Lets go of the persona after the last answer. Never rejects. */
  async end(): Promise<void> {
    while (this.pending.size > 0) await Promise.allSettled(this.pending);
    this.ended = true;
    await this.pool.release(this.persona);
  }
}
