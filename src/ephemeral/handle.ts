import type { Page } from '../graph/page';
import { withTimeout } from '../util/withTimeout';
import type { PersonaProfile } from '../profile';

import type { EphemeralPool } from './pool';
import type { SharedPersona } from './sharedPersona';

/** So long after its function a block waits for sends that are not answered. */
const PENDING_WITHIN_MS = 10_000;

/**
 * One block's hold on the persona made for it: while it lasts, the persona does.
 * Others may hold the same one; a lease, in contrast, is the process's.
 */
export class PersonaHandle {
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
  ): Promise<PersonaHandle> {
    return new PersonaHandle(pool, await pool.acquire(page, profile));
  }

  /** Whether its block has not ended, so that the persona is certain to be kept. */
  get lasts(): boolean {
    return !this.ended;
  }

  /** Takes the persona anew, for a send that this hold does not serve: a timer's after the block, say. */
  again(page: Page = this.persona.page): Promise<PersonaHandle> {
    return PersonaHandle.take(this.pool, page, this.persona.profile);
  }

  /** Keeps the persona until `sending` is answered, awaited by the handler or not. */
  waitFor(sending: Promise<unknown>): void {
    const answered = () => this.pending.delete(sending);
    this.pending.add(sending);
    sending.then(answered, answered);
  }

  /**
   * Lets go of the persona after the last answer, however late that comes;
   * resolves before it where the block has waited long enough. Never rejects.
   */
  async end(): Promise<void> {
    const answered = this.answered();
    const inTime = await withTimeout(answered, PENDING_WITHIN_MS, false);
    const released = answered.then(() => this.pool.release(this.persona));
    if (inTime) await released;
  }

  private async answered(): Promise<true> {
    while (this.pending.size > 0) await Promise.allSettled(this.pending);
    this.ended = true;
    return true;
  }
}
