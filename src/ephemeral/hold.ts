import type { Page } from '../messenger/page';
import type { PersonaProfile } from '../profile';

import type { EphemeralPool, SharedPersona } from './pool';

/** One block's hold on the persona made for it: while it lasts, the persona does. */
export class EphemeralHold {
  private readonly pending = new Set<Promise<unknown>>();
  private ended = false;

  private constructor(
    private readonly pool: EphemeralPool,
    private readonly shared: SharedPersona,
  ) {}

  static async take(
    pool: EphemeralPool,
    page: Page,
    profile: PersonaProfile,
  ): Promise<EphemeralHold> {
    return new EphemeralHold(pool, await pool.acquire(page, profile));
  }

  get id(): string {
    return this.shared.id;
  }

  /** Whether the persona is certain to exist now: its block has not ended. */
  get lasts(): boolean {
    return !this.ended;
  }

  /** Takes the persona anew, for a send from a block that has ended: a timer's, say. */
  again(): Promise<EphemeralHold> {
    const { page, profile } = this.shared;
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
    await this.pool.release(this.shared);
  }
}
