/** store/redis/ is the port on a Redis: each step is one Lua script (`*.lua`), which runs entirely or not at all. */
import { isId } from '../../graph/responses';
import { chunks, groupBy } from '../../util/collections';
import { propertiesOf } from '../../util/values';
import type { BrokenValues } from '../broken';
import { isIds, readLease, readName } from '../fields';
import {
  EXPIRED_AT_ONCE,
  namedLease,
  slotOfName,
  type Acquired,
  type LeaseEntry,
  type LeaseOptions,
  type NamedLease,
  type Released,
  type ReleaseOptions,
  type Settled,
  type StorePort,
  type Use,
} from '../port';

import { invalidReply, type RunStep } from './scripts';

/** Leases that one script renews at most, so that it does not hold up Redis. */
const RENEWALS_AT_ONCE = 200;

export class RedisPort implements StorePort {
  readonly isLasting = true;

  constructor(
    private readonly run: RunStep,
    private readonly broken: BrokenValues,
  ) {}

  async acquire(use: Use, options: LeaseOptions): Promise<Acquired> {
    const args = { ...argsOf(use), ...options };
    const { as, key, id, name, epoch, replaces } = await this.run(
      'acquire',
      use.record.pageId,
      args,
    );
    if (as === 'waiting') return { as, name: String(name) };
    if (as === 'creator') return { as, epoch: String(epoch) };
    if (as === 'user' && typeof key === 'string' && isId(id)) {
      const replaced = isIds(replaces) ? { replaces } : {};
      return { as, key, id, name: String(name), ...replaced };
    }
    throw invalidReply();
  }

  async renew(uses: readonly Use[], options: LeaseOptions): Promise<void> {
    const renewals: Promise<unknown>[] = [];
    for (const [pageId, ofPage] of groupBy(uses, (use) => use.record.pageId)) {
      for (const some of chunks(ofPage, RENEWALS_AT_ONCE)) {
        const items = some.map(argsOf);
        renewals.push(this.run('renew', pageId, options, items));
      }
    }
    await Promise.all(renewals);
  }

  async release(use: Use, options: ReleaseOptions): Promise<Released> {
    const args = { ...argsOf(use), ...options };
    const { pageId } = use.record;
    const { released } = await this.run('release', pageId, args);
    return released === 'last' || released === 'others' ? released : 'unknown';
  }

  async forget(pageId: string, key: string): Promise<void> {
    await this.run('forget', pageId, { key });
  }

  leasesOn(pageId: string): Promise<LeaseEntry[]> {
    return this.leases('leases', pageId, {});
  }

  async expired(
    pageIds: readonly string[],
    since?: number,
  ): Promise<LeaseEntry[]> {
    const args = { atMost: EXPIRED_AT_ONCE, since };
    const read = pageIds.map((pageId) => this.leases('expired', pageId, args));
    const results = await Promise.allSettled(read);
    // In a cluster, some Pages may be away while others are swept.
    const found = results.filter((result) => result.status === 'fulfilled');
    if (found.length === 0) await Promise.all(read);
    return found.flatMap(({ value }) => value);
  }

  async claimExpired(
    [key, { pageId }]: LeaseEntry,
    { leaseMs }: LeaseOptions,
  ): Promise<boolean> {
    const args = { key, leaseMs };
    const { claimed } = await this.run('claimExpired', pageId, args);
    return claimed === true;
  }

  async requeue([key, { pageId }]: LeaseEntry): Promise<void> {
    await this.run('requeue', pageId, { key });
  }

  async settle({ pageId, record, ...settled }: Settled): Promise<string> {
    const args = { ...settled, id: record.id, record: JSON.stringify(record) };
    const { id } = await this.run('settle', pageId, args);
    if (!isId(id)) throw invalidReply();
    return id;
  }

  async namesOn(pageId: string): Promise<Map<string, NamedLease>> {
    const { names } = await this.run('names', pageId, {});
    const leases = new Map<string, NamedLease>();
    for (const { name, record: json } of listOf(names)) {
      const record = readName(parsed(json));
      if (typeof name !== 'string' || !record) this.broken.found('names');
      else leases.set(name, namedLease(slotOfName(name), record));
    }
    return leases;
  }

  private async leases(
    step: 'leases' | 'expired',
    pageId: string,
    args: { atMost?: number; since?: number | undefined },
  ): Promise<LeaseEntry[]> {
    const { entries } = await this.run(step, pageId, args);
    const leases: LeaseEntry[] = [];
    for (const { key, id = null, ...fields } of listOf(entries)) {
      if (typeof key !== 'string') continue;
      const record = readLease({ ...fields, id, pageId });
      if (record) leases.push([key, record]);
      else this.broken.found(`lease:${key}`);
    }
    return leases;
  }
}

function argsOf({ key, use, slot, record }: Use) {
  const { id, name, profilePictureUrl: picture } = record;
  return { key, use, slot, name, picture, id: id ?? undefined };
}

/** Lua writes an empty list as an object. */
function listOf(value: unknown) {
  return Array.isArray(value) ? value.map(propertiesOf) : [];
}

function parsed(json: unknown): unknown {
  try {
    return typeof json === 'string' ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}
