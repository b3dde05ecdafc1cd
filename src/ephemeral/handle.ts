import type { Page } from '../graph/page';
import { withTimeout } from '../util/withTimeout';
import type { PersonaProfile } from '../profile';

import type { EphemeralPool } from './pool';
import type { SharedPersona } from './sharedPersona';

/** How long a block waits after its function for sends that are not answered. */
const MAX_WAIT_MS = 10_000;

/** One block's use of an ephemeral persona, which is not deleted before it is released. */
export class PersonaHandle {
  private readonly pending = new Set<Promise<unknown>>();
  isActive = true;
  /** The persona's ID at first: what the bot knows it by, also when another one has replaced it. */
  readonly id: string;

  private constructor(
    private readonly pool: EphemeralPool,
    readonly persona: SharedPersona,
  ) {
    this.id = persona.id;
  }

  /** @throws PersonaRefusedError when Messenger did not create the persona */
  static async take(
    pool: EphemeralPool,
    page: Page,
    profile: PersonaProfile,
  ): Promise<PersonaHandle> {
    return new PersonaHandle(pool, await pool.acquire(page, profile));
  }

  /** Another handle of the same profile, for a send after the block or on another Page. */
  reacquire(page: Page = this.persona.page): Promise<PersonaHandle> {
    return PersonaHandle.take(this.pool, page, this.persona.profile);
  }

  /** Keeps the persona until `sending` is answered, awaited by the handler or not. */
  waitFor(sending: Promise<unknown>): void {
    const answered = () => this.pending.delete(sending);
    this.pending.add(sending);
    sending.then(answered, answered);
  }

  /** Releases the persona after the last answer; resolves after some time in any case. Never rejects. */
  async release(): Promise<void> {
    const answered = this.answered();
    const inTime = await withTimeout(answered, MAX_WAIT_MS, false);
    const released = answered.then(() => this.pool.release(this.persona));
    if (inTime) await released;
  }

  private async answered(): Promise<true> {
    while (this.pending.size > 0) await Promise.allSettled(this.pending);
    this.isActive = false;
    return true;
  }
}
