import type { Page } from '../messenger/page';
import type { PersonaProfile } from '../profile';

import type { MadePersona } from './creation';

/** A persona that everybody with the same profile on the same Page shares. */
export class SharedPersona {
  /** How many blocks and sends use it now. */
  users = 0;
  /** Ends it when nobody uses it for a while. */
  linger: NodeJS.Timeout | undefined;
  /** What exists on the Page; nothing while it is being made. */
  made: MadePersona | undefined;
  private making: Promise<MadePersona>;
  private lastId = '';

  constructor(
    readonly page: Page,
    readonly profile: PersonaProfile,
    private readonly make: () => Promise<MadePersona>,
  ) {
    this.making = this.makeOnce();
  }

  /** Personas with equal keys are shared. */
  get key(): string {
    return keyOf(this.page, this.profile);
  }

  /** Its ID now, or the last one while it is being made anew. */
  get id(): string {
    return this.lastId;
  }

  /**
   * Its ID, once it exists; everybody waits for the same making.
   *
   * @throws PersonaRefusedError
   */
  ready(): string | Promise<string> {
    return this.made?.id ?? this.making.then(({ id }) => id);
  }

  /** Makes it anew, unless somebody has, because Messenger does not know `goneId` any more. */
  replace(goneId: string): string | Promise<string> {
    if (this.made?.id === goneId) {
      void this.made.lease.end();
      this.made = undefined;
      this.making = this.makeOnce();
    }
    return this.ready();
  }

  private async makeOnce(): Promise<MadePersona> {
    const made = await this.make();
    this.made = made;
    this.lastId = made.id;
    return made;
  }
}

export function keyOf(page: Page, profile: PersonaProfile): string {
  return JSON.stringify([page.id, profile.name, profile.profilePictureUrl]);
}
