/**
 * probe/ is `doctor --probe`: it asks a Page what Meta does not document
 * (`questions.ts`), with personas of its own, and writes a report.
 */
import { randomBytes, randomInt } from 'node:crypto';

import {
  graphCall,
  type GraphRequest,
  type Outcome,
} from '../../graph/graphCall';
import { isAmbiguous } from '../../graph/graphFailure';
import type { Page } from '../../graph/page';
import {
  createPersona,
  deletePersona,
  listAll,
} from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import { LONG_RETRIES, NO_RETRIES } from '../callGraph';

const TEXT = 'A test of bottender-persona: please ignore it.';

/** What Messenger answered: nothing but success or failure matters. */
export type ProbeAnswer = Outcome<unknown>;

/** Sends to one customer, and creates personas that only it knows. */
export class Probe {
  /** In the names of its personas, to find those whose creation was not answered. */
  private readonly mark = `probe-${randomBytes(6).toString('hex')}`;
  private readonly created = new Set<string>();
  private mayHaveMore = false;
  private living: Promise<Outcome<string>> | undefined;
  private deleted: Promise<Outcome<string>> | undefined;

  constructor(
    readonly page: Page,
    private readonly psid: string,
    private readonly pictureUrl: string,
    /** The ID of a persona of another Page, if one is known. */
    readonly foreignId: string | undefined,
  ) {}

  /** An ID that no persona is likely to have. */
  readonly unknownId = `9${Array.from({ length: 14 }, () => randomInt(10)).join('')}`;

  /** Sends a text, or a sender action, as a persona or as the Page. */
  send(personaId?: string, senderAction?: string): Promise<ProbeAnswer> {
    const what = senderAction
      ? { senderAction }
      : { messagingType: 'RESPONSE', message: { text: TEXT } };
    const recipient = { id: this.psid };
    const body = { recipient, ...what, ...(personaId && { personaId }) };
    return this.call({ method: 'POST', path: '/me/messages', body });
  }

  /** A call that is made once, as it may be carried out without an answer. */
  call(request: GraphRequest): Promise<ProbeAnswer> {
    const { timeoutMs } = NO_RETRIES;
    return graphCall(this.page.client, { ...request, timeoutMs }, (value) => ({
      ok: true,
      value,
    }));
  }

  /** The ID of a persona that exists. */
  livingId(): Promise<Outcome<string>> {
    return (this.living ??= this.create());
  }

  /** The ID of a persona that existed. */
  deletedId(): Promise<Outcome<string>> {
    return (this.deleted ??= this.createAndDelete());
  }

  /** @param length of the name, in characters */
  async create(length = 40): Promise<Outcome<string>> {
    const name = this.mark.padEnd(length, '.');
    const profile = { name, profilePictureUrl: this.pictureUrl };
    const outcome = await createPersona(
      this.page,
      profile,
      NO_RETRIES.timeoutMs,
    );
    if (outcome.ok) this.created.add(outcome.value);
    else this.mayHaveMore ||= isAmbiguous(outcome.failure);
    return outcome;
  }

  private async createAndDelete(): Promise<Outcome<string>> {
    const created = await this.create();
    if (!created.ok) return created;
    const deleted = await this.delete(created.value);
    return deleted.ok ? created : deleted;
  }

  private async delete(id: string): Promise<Outcome<void>> {
    const outcome = await withRetries(
      () => deletePersona(this.page, id),
      LONG_RETRIES,
    );
    if (outcome.ok) this.created.delete(id);
    return outcome;
  }

  /**
   * Deletes all that it has created.
   *
   * @returns what could not be deleted, for a person
   */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    if (this.mayHaveMore) {
      const listed = await withRetries(() => listAll(this.page), LONG_RETRIES);
      if (!listed.ok || !listed.value.isComplete) {
        left.push(
          `a persona whose name begins with ${this.mark}, if there is one`,
        );
      }
      if (listed.ok) {
        for (const { id, name } of listed.value.personas) {
          if (name.startsWith(this.mark)) this.created.add(id);
        }
      }
    }
    for (const id of [...this.created]) {
      const { ok } = await this.delete(id);
      if (!ok) left.push(`the persona ${id}`);
    }
    return left;
  }
}
