/**
 * store/redis/ is the port on a Redis, for a fleet: each step is one Lua script
 * (`*.lua`), which runs entirely or not at all, and is harmless when it runs late.
 */
import { isId } from '../../graph/responses';
import { groupBy } from '../../util/groupBy';
import type { BrokenValues } from '../broken';
import { fieldsOf, readLease, readName } from '../fields';
import { StoreGuard } from '../guard';
import type {
  Acquired,
  LeaseEntry,
  LeaseOptions,
  NamedRecord,
  Released,
  ReleaseOptions,
  Settled,
  StorePort,
  Use,
} from '../port';

import type { RedisStore } from './redisStore';
import { evaluate, loadScripts, type Step } from './scripts';

/** Leases that one script renews at most, so that it does not hold up Redis. */
const MAX_RENEWALS = 200;
/** Pages that are asked about at a time. */
const PAGES_AT_ONCE = 100;

type Answer = Partial<Record<string, unknown>>;

/** What a fleet of processes agrees on, by scripts in one Redis. */
export class RedisPort implements StorePort {
  readonly isLasting = true;
  private readonly guard = new StoreGuard();
  private readonly scripts = loadScripts();

  constructor(
    private readonly redis: RedisStore,
    private readonly broken: BrokenValues,
  ) {}

  async acquire(use: Use, options: LeaseOptions): Promise<Acquired> {
    const answer = await this.step('write to', use.record.pageId, 'acquire', {
      ...argsOf(use),
      ...options,
    });
    const { as, key, id, name, epoch, record } = answer;
    if (as === 'waiting') return { as, name: String(name) };
    if (as === 'creator') {
      const stored = record === undefined ? undefined : this.readName(record);
      return { as, epoch: String(epoch), record: stored };
    }
    if (as === 'user' && typeof key === 'string' && isId(id)) {
      return { as, key, id };
    }
    throw new TypeError('Redis answered nothing that a script of ours returns');
  }

  async renew(uses: readonly Use[], options: LeaseOptions): Promise<void> {
    const chunks: Promise<unknown>[] = [];
    for (const [pageId, ofPage] of groupBy(uses, (use) => use.record.pageId)) {
      for (let from = 0; from < ofPage.length; from += MAX_RENEWALS) {
        const some = ofPage.slice(from, from + MAX_RENEWALS).map(argsOf);
        // Sent together: one round trip, however many.
        chunks.push(
          this.step('write to', pageId, 'renew', { uses: some, ...options }),
        );
      }
    }
    await Promise.all(chunks);
  }

  async release(use: Use, options: ReleaseOptions): Promise<Released> {
    const { released } = await this.step(
      'write to',
      use.record.pageId,
      'release',
      { ...argsOf(use), ...options },
    );
    return released === 'last' || released === 'others' ? released : 'unknown';
  }

  async forget(pageId: string, key: string): Promise<void> {
    await this.step('delete from', pageId, 'forget', { key });
  }

  async leasesOn(pageId: string): Promise<LeaseEntry[]> {
    const answer = await this.step('read', pageId, 'leasesOn', {});
    return this.entriesIn(pageId, answer);
  }

  async expired(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const found: LeaseEntry[] = [];
    const read = async (pageId: string) =>
      this.entriesIn(pageId, await this.step('read', pageId, 'expired', {}));
    // A bot of many Pages does not hold up what its handlers ask.
    for (let from = 0; from < pageIds.length; from += PAGES_AT_ONCE) {
      const some = pageIds.slice(from, from + PAGES_AT_ONCE);
      found.push(...(await Promise.all(some.map(read))).flat());
    }
    return found;
  }

  async claimExpired(
    [key, { pageId }]: LeaseEntry,
    { leaseMs }: LeaseOptions,
  ): Promise<boolean> {
    const { claimed } = await this.step('write to', pageId, 'claimExpired', {
      key,
      leaseMs,
    });
    return claimed === true;
  }

  async requeue([key, { pageId }]: LeaseEntry): Promise<void> {
    await this.step('write to', pageId, 'requeue', { key });
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
    { leaseMs }: LeaseOptions,
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

  private async step(
    verb: string,
    pageId: string,
    step: Step,
    args: object,
  ): Promise<Answer> {
    const { client, prefix } = this.redis;
    const script = this.scripts[step];
    const answer = await this.guard.ask(verb, async () =>
      fieldsOf(
        JSON.parse(
          await evaluate(client, script, `${prefix}:{${pageId}}`, args),
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

function argsOf({ key, use, slot, record }: Use): object {
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
