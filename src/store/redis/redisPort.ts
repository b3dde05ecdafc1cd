/**
 * store/redis/ is the port on a Redis, for a fleet: each step is one script
 * (`scripts.ts`), done whole or not at all, and harmless when it comes late.
 */
import { isId } from '../../graph/answers';
import type { BrokenValues } from '../broken';
import { byPage } from '../byPage';
import { fieldsOf, readLease, readName } from '../fields';
import { StoreGuard } from '../guard';
import type {
  LeaseEntry,
  LockHolder,
  NamedRecord,
  Settled,
  StorePort,
  Taken,
  Terms,
  Use,
} from '../port';

import { evaluate } from './evaluate';
import type { RedisStore } from './redisStore';
import type { Step } from './scripts';

/** So many leases are renewed by one script, so that Redis is not held up by it. */
const KEPT_AT_ONCE = 200;
/** So many Pages are asked about at a time. */
const PAGES_AT_ONCE = 100;

type Answer = Partial<Record<string, unknown>>;

/** What a fleet of processes agrees on, by scripts in one Redis. */
export class RedisPort implements StorePort {
  readonly isLasting = true;
  private readonly guard = new StoreGuard();

  constructor(
    private readonly redis: RedisStore,
    private readonly broken: BrokenValues,
  ) {}

  async take(use: Use, terms: Terms): Promise<Taken> {
    const answer = await this.step('write to', use.record.pageId, 'take', {
      ...argumentsOf(use),
      ...terms,
    });
    const { as, key, id, tookOver } = answer;
    if (as === 'waiting') return { as };
    if (as === 'maker') return { as, tookOver: tookOver === true };
    if (as === 'user' && typeof key === 'string' && isId(id)) {
      return { as, key, id };
    }
    throw new TypeError('Redis answered nothing that a script of ours gives');
  }

  async keep(uses: readonly Use[], terms: Terms): Promise<void> {
    const chunks: Promise<unknown>[] = [];
    for (const [pageId, ofPage] of byPage(uses, pageIdOf)) {
      for (let from = 0; from < ofPage.length; from += KEPT_AT_ONCE) {
        const some = ofPage.slice(from, from + KEPT_AT_ONCE).map(argumentsOf);
        // Sent together: one round trip, however many.
        chunks.push(
          this.step('write to', pageId, 'keep', { uses: some, ...terms }),
        );
      }
    }
    await Promise.all(chunks);
  }

  async giveBack(
    use: Use,
    { leaseMs }: Terms,
  ): Promise<'last' | 'others' | 'unknown'> {
    const { given } = await this.step(
      'write to',
      use.record.pageId,
      'giveBack',
      { ...argumentsOf(use), leaseMs },
    );
    return given === 'last' || given === 'others' ? given : 'unknown';
  }

  async forget(pageId: string, key: string): Promise<void> {
    await this.step('delete from', pageId, 'forget', { key });
  }

  async leasesOn(pageId: string): Promise<LeaseEntry[]> {
    const answer = await this.step('read', pageId, 'leasesOn', {});
    return this.entriesIn(pageId, answer);
  }

  async ranOut(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const found: LeaseEntry[] = [];
    const read = async (pageId: string) =>
      this.entriesIn(pageId, await this.step('read', pageId, 'ranOut', {}));
    // A bot of many Pages does not hold up what its handlers ask.
    for (let from = 0; from < pageIds.length; from += PAGES_AT_ONCE) {
      const some = pageIds.slice(from, from + PAGES_AT_ONCE);
      found.push(...(await Promise.all(some.map(read))).flat());
    }
    return found;
  }

  async takeOver(
    [key, { pageId }]: LeaseEntry,
    { leaseMs }: Terms,
  ): Promise<boolean> {
    const { taken } = await this.step('write to', pageId, 'takeOver', {
      key,
      leaseMs,
    });
    return taken === true;
  }

  async putBack([key, { pageId }]: LeaseEntry): Promise<void> {
    await this.step('write to', pageId, 'putBack', { key });
  }

  async nameOn(pageId: string, name: string): Promise<NamedRecord | undefined> {
    const { record } = await this.step('read', pageId, 'nameOn', { name });
    return record === undefined ? undefined : this.readName(record);
  }

  async namesOn(pageId: string): Promise<Map<string, NamedRecord>> {
    const { names } = await this.step('read', pageId, 'namesOn', {});
    const records = new Map<string, NamedRecord>();
    for (const one of listOf(names)) {
      const { name, record } = fieldsOf(one);
      const read = this.readName(record);
      if (typeof name === 'string' && read) records.set(name, read);
    }
    return records;
  }

  async settle(
    { pageId, name, record, seenId, key }: Settled,
    { leaseMs }: Terms,
  ): Promise<NamedRecord> {
    const answer = await this.step('write to', pageId, 'settle', {
      key,
      name,
      id: record.id,
      record: JSON.stringify(record),
      seenId,
      leaseMs,
    });
    return this.readName(answer.record) ?? record;
  }

  async setName(pageId: string, name: string, record: NamedRecord) {
    await this.step('write to', pageId, 'setName', {
      name,
      record: JSON.stringify(record),
    });
  }

  async deleteName(pageId: string, name: string): Promise<void> {
    await this.step('delete from', pageId, 'deleteName', { name });
  }

  async lock(
    pageId: string,
    token: string,
    holder: string,
    ms: number,
  ): Promise<LockHolder | undefined> {
    const answer = await this.step('write to', pageId, 'lock', {
      token,
      holder,
      ms,
    });
    if (answer.done === true) return undefined;
    return { holder: String(answer.holder), since: Number(answer.since) };
  }

  async unlock(pageId: string, token: string): Promise<void> {
    await this.step('write to', pageId, 'unlock', { token });
  }

  private async step(
    verb: string,
    pageId: string,
    step: Step,
    argument: object,
  ): Promise<Answer> {
    const { client, prefix } = this.redis;
    const answer = await this.guard.ask(verb, async () =>
      fieldsOf(
        JSON.parse(
          await evaluate(client, step, `${prefix}:{${pageId}}`, argument),
        ),
      ),
    );
    if (typeof answer.broken === 'string') this.broken.found(answer.broken);
    return answer;
  }

  private entriesIn(pageId: string, { entries }: Answer): LeaseEntry[] {
    const leases: LeaseEntry[] = [];
    for (const one of listOf(entries)) {
      const { key, name, picture, id = null, expiresAt } = fieldsOf(one);
      if (typeof key !== 'string') continue;
      const record = readLease({
        pageId,
        id,
        name,
        profilePictureUrl: picture,
        expiresAt,
      });
      if (record) leases.push([key, record]);
      else this.broken.found(`lease:${key}`);
    }
    return leases;
  }

  private readName(json: unknown): NamedRecord | undefined {
    const record = readName(parsed(json));
    if (!record) this.broken.found('names');
    return record;
  }
}

function argumentsOf({ key, use, slot, record }: Use): object {
  const { id, name, profilePictureUrl: picture } = record;
  return { key, use, slot, name, picture, ...(id !== null && { id }) };
}

/** Lua writes an empty list as an object. */
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function parsed(json: unknown): unknown {
  try {
    return typeof json === 'string' ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

function pageIdOf({ record }: Use): string {
  return record.pageId;
}
