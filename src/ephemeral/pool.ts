import { PersonaCleanupError, PersonaCreationError } from '../errors';
import {
  isTransient,
  mayHaveHappened,
  type GraphFailure,
} from '../messenger/graphFailure';
import { waitBefore, type Backoff } from '../messenger/backoff';
import type { Page } from '../messenger/page';
import { createPersona, deletePersona } from '../messenger/personaCalls';
import type { PersonaProfile } from '../profile';

/** A persona on a Page that exists for as long as somebody uses it. */
export interface SharedPersona {
  readonly page: Page;
  readonly profile: PersonaProfile;
  readonly id: string;
}

interface Entry {
  users: number;
  readonly persona: Promise<SharedPersona>;
}

const CREATION: Backoff = { tries: 3, firstWaitMs: 200 };
const DELETION: Backoff = { tries: 5, firstWaitMs: 250 };

/** Makes personas when they are first needed and deletes them after their last use. */
export class EphemeralPool {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly onCleanupError: (
      error: PersonaCleanupError,
      persona: SharedPersona,
    ) => void,
  ) {}

  /**
   * A persona with this profile on this Page, made if there is none in use.
   * Whoever acquires it releases it, once.
   *
   * @throws PersonaCreationError when Messenger did not make it
   */
  async acquire(page: Page, profile: PersonaProfile): Promise<SharedPersona> {
    const key = keyOf(page, profile);
    let entry = this.entries.get(key);
    if (!entry) {
      entry = { users: 0, persona: this.create(page, profile) };
      this.entries.set(key, entry);
    }
    entry.users += 1;
    try {
      return await entry.persona;
    } catch (error) {
      // A failure is not remembered: the next handler tries again.
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  /**
   * Ends one use. After the last, resolves when the persona is deleted or its
   * first deletion failed; what follows then goes on by itself. Never rejects.
   */
  async release(persona: SharedPersona): Promise<void> {
    const key = keyOf(persona.page, persona.profile);
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.entries.delete(key);
    const first = await deletePersona(persona.page, persona.id);
    if (!first.ok) void this.retryDeletion(persona, first.failure);
  }

  private async create(
    page: Page,
    profile: PersonaProfile,
  ): Promise<SharedPersona> {
    for (let next = 2; ; next += 1) {
      const outcome = await createPersona(page, profile);
      if (outcome.ok) return { page, profile, id: outcome.value };
      const { failure } = outcome;
      // Made all the same, perhaps: a second try could leave a second persona.
      if (
        next > CREATION.tries ||
        !isTransient(failure) ||
        mayHaveHappened(failure)
      ) {
        throw new PersonaCreationError(profile, page.id, failure);
      }
      await waitBefore(next, CREATION);
    }
  }

  private async retryDeletion(
    persona: SharedPersona,
    first: GraphFailure,
  ): Promise<void> {
    let failure = first;
    for (let next = 2; next <= DELETION.tries; next += 1) {
      if (!isTransient(failure)) break;
      await waitBefore(next, DELETION);
      const outcome = await deletePersona(persona.page, persona.id);
      if (outcome.ok) return;
      failure = outcome.failure;
    }
    this.onCleanupError(
      new PersonaCleanupError(persona.profile, persona.page.id, failure),
      persona,
    );
  }
}

function keyOf(page: Page, { name, profilePictureUrl }: PersonaProfile) {
  return JSON.stringify([page.id, name, profilePictureUrl]);
}
