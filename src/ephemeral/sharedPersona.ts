import type { GraphClient } from '../graph/graphClient';
import type { Page } from '../graph/page';
import type { PersonaProfile } from '../profile';

import type { Lease } from './lease';

/** A persona that all blocks with the same profile on the same Page share, in this process. */
export class SharedPersona {
  readonly key: string;
  /** Shared with its leases. The newest client is the one whose token is most likely to be good. */
  readonly page: { readonly id: string; client: GraphClient };
  /** Its ID now, or the last one while it is being replaced. */
  id = '';
  users = 0;
  linger: NodeJS.Timeout | undefined;
  /** Until its deletion begins. */
  ending: Promise<void> | undefined;
  /** What exists on the Page; `undefined` while it is being obtained. */
  current: Lease | undefined;
  /** Shared by all who wait; a failure is not remembered. */
  private obtaining: Promise<string> | undefined;

  constructor(
    page: Page,
    readonly profile: PersonaProfile,
    private readonly obtain: (
      page: Page,
      isReplacement: boolean,
    ) => Promise<Lease>,
  ) {
    this.page = { ...page };
    this.key = sharingKey(page, profile);
  }

  /** @throws PersonaRefusedError */
  ready(isReplacement = false): string | Promise<string> {
    if (this.current) return this.current.id;
    this.obtaining ??= this.obtainOnce(isReplacement);
    return this.obtaining;
  }

  /** Obtains another one, unless that has been done, because `goneId` is gone from the Page. */
  replace(goneId: string): string | Promise<string> {
    if (this.current?.id === goneId) {
      void this.current.remove();
      this.current = undefined;
    }
    return this.ready(true);
  }

  private async obtainOnce(isReplacement: boolean): Promise<string> {
    try {
      this.current = await this.obtain(this.page, isReplacement);
      this.id = this.current.id;
      return this.id;
    } finally {
      this.obtaining = undefined;
    }
  }
}

export function sharingKey(page: Page, profile: PersonaProfile): string {
  return JSON.stringify([page.id, profile.name, profile.profilePictureUrl]);
}
