import { createHash } from 'node:crypto';

import type { Page } from '../graph/page';
import type { PersonaProfile } from '../profile';

import type { MadePersona } from './creation';
import type { Place } from './turns';

/** A persona that everybody with the same profile on the same Page shares. */
export class SharedPersona {
  /** How many blocks and sends use it now. */
  users = 0;
  /** Ends it when nobody uses it for a while. */
  linger: NodeJS.Timeout | undefined;
  /** Its place among those that are to be deleted, until its turn comes. */
  place: Place | undefined;
  /** What exists on the Page; nothing while it is being made. */
  made: MadePersona | undefined;
  /** Under way, for all who wait; a failure is not remembered. */
  private making: Promise<MadePersona> | undefined;
  private lastId = '';

  constructor(
    readonly page: Page,
    readonly profile: PersonaProfile,
    private readonly make: () => Promise<MadePersona>,
  ) {}

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
    if (this.made) return this.made.id;
    this.making ??= this.makeOnce();
    return this.making.then(({ id }) => id);
  }

  /** Makes it anew, unless somebody has, because Messenger does not know `goneId` any more. */
  replace(goneId: string): string | Promise<string> {
    if (this.made?.id === goneId) {
      void this.made.lease.end();
      this.made = undefined;
    }
    return this.ready();
  }

  private async makeOnce(): Promise<MadePersona> {
    try {
      const made = await this.make();
      this.made = made;
      this.lastId = made.id;
      return made;
    } finally {
      this.making = undefined;
    }
  }
}

export function keyOf(page: Page, profile: PersonaProfile): string {
  return JSON.stringify([page.id, profile.name, profile.profilePictureUrl]);
}

/** Where processes meet that want the same persona. Digested, as a URL may be long. */
export function slotOf({ name, profilePictureUrl }: PersonaProfile): string {
  const profile = JSON.stringify([name, profilePictureUrl]);
  return `fly:${createHash('sha256').update(profile).digest('base64url')}`;
}
