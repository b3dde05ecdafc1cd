import type { PersonaError } from '../errors';
import type { Page } from '../messenger/page';
import type { PersonaProfile } from '../profile';

import { makePersona, type MadePersona } from './creation';
import { deleteAgain, deleteOnce, type Doomed } from './deletion';
import type { Leases, ReportCleanup } from './leases';
import { Pace } from './pace';
import { keyOf, SharedPersona } from './sharedPersona';

/** Makes personas when they are first needed, and deletes them `lingerMs` after their last use. */
export class EphemeralPool {
  private readonly shared = new Map<string, SharedPersona>();
  private readonly endings = new Set<Promise<void>>();
  private readonly pace = new Pace();
  private whenEmpty: (() => void)[] = [];
  private closed = false;

  constructor(
    private readonly leases: Leases,
    private readonly lingerMs: number,
    private readonly report: ReportCleanup,
  ) {}

  /**
   * A persona with this profile on this Page. Whoever acquires it releases it, once.
   *
   * @throws PersonaRefusedError when Messenger did not make it
   */
  async acquire(page: Page, profile: PersonaProfile): Promise<SharedPersona> {
    const persona =
      this.shared.get(keyOf(page, profile)) ?? this.add(page, profile);
    persona.users += 1;
    clearTimeout(persona.linger);
    persona.linger = undefined;
    try {
      await persona.ready();
      return persona;
    } catch (error) {
      // A failure is not remembered: the next handler tries again.
      this.remove(persona);
      throw error;
    }
  }

  /**
   * Ends one use. Without `lingerMs`, resolves after the last use when the
   * persona is deleted or its first deletion failed; what follows then goes on
   * by itself. Never rejects.
   */
  async release(persona: SharedPersona): Promise<void> {
    persona.users -= 1;
    if (persona.users > 0) return;
    if (this.lingerMs === 0 || this.closed) return this.end(persona);
    const linger = setTimeout(
      () => void this.endInTurn(persona, linger),
      this.lingerMs,
    ).unref();
    persona.linger = linger;
  }

  /**
   * Ends what lingers now, and what is in use with its last use; resolves when
   * nothing is left. What is made later does not linger.
   */
  async close(): Promise<void> {
    this.closed = true;
    for (const persona of this.shared.values()) {
      if (!persona.linger) continue;
      clearTimeout(persona.linger);
      void this.endInTurn(persona, persona.linger);
    }
    if (this.isEmpty) return;
    await new Promise<void>((resolve) => this.whenEmpty.push(resolve));
  }

  private get isEmpty(): boolean {
    return this.shared.size === 0 && this.endings.size === 0;
  }

  private add(page: Page, profile: PersonaProfile): SharedPersona {
    const persona = new SharedPersona(page, profile, () =>
      makePersona(page, profile, this.leases, (late) =>
        this.track(this.delete(page, profile, late)),
      ),
    );
    this.shared.set(persona.key, persona);
    return persona;
  }

  private remove(persona: SharedPersona): void {
    if (this.shared.get(persona.key) === persona) {
      this.shared.delete(persona.key);
    }
    this.tellIfEmpty();
  }

  /** Many may run out at once, after a busy hour: they go one after the other. */
  private async endInTurn(
    persona: SharedPersona,
    linger: NodeJS.Timeout,
  ): Promise<void> {
    await this.pace.next();
    // Unless somebody took it up again meanwhile.
    if (persona.linger === linger) await this.end(persona);
  }

  private end(persona: SharedPersona): Promise<void> {
    const { made, page, profile } = persona;
    // Nobody else whose turn comes later is to end it again.
    persona.linger = undefined;
    const ending = made ? this.delete(page, profile, made) : Promise.resolve();
    this.track(ending);
    this.remove(persona);
    return ending;
  }

  /** Deletes what was made; resolves after the first try. */
  private async delete(
    page: Page,
    profile: PersonaProfile,
    { id, lease }: MadePersona,
  ): Promise<void> {
    const doomed: Doomed = { page, id, name: profile.name };
    const failure = await deleteOnce(doomed);
    if (!failure) return lease.end();
    const goingOn = deleteAgain(doomed, failure).then(
      () => lease.end(),
      (error: PersonaError) => {
        lease.abandon();
        this.report(error, { id, ...profile });
      },
    );
    this.track(goingOn);
  }

  private track(ending: Promise<void>): void {
    this.endings.add(ending);
    void ending.then(() => {
      this.endings.delete(ending);
      this.tellIfEmpty();
    });
  }

  private tellIfEmpty(): void {
    if (!this.isEmpty) return;
    for (const resolve of this.whenEmpty.splice(0)) resolve();
  }
}
