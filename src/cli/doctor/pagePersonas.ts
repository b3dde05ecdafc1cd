import type { ListedPersona } from '../../graph/responses';
import type { Runtime } from '../../runtime';
import { groupBy } from '../../util/collections';
import { withTimeout } from '../../util/withTimeout';
import { matchDirectory } from '../matchDirectory';
import {
  isEphemeral,
  NO_STORE,
  readStore,
  type StoreSnapshot,
} from '../snapshot';
import { plural } from '../output';

import { CannotRun, ok, once, warning, type Finding } from './check';
import type { MessengerBot } from './messengerBot';

const STORE_TIMEOUT_MS = 3000;

/** The personas of the directory and the leases, compared with the Page. */
export class PagePersonas {
  constructor(
    private readonly bot: MessengerBot,
    private readonly runtime: () => Runtime,
  ) {}

  private readonly stored = once(async (): Promise<StoreSnapshot> => {
    const page = await this.bot.page();
    const reading = readStore(page, this.runtime()).catch(() => undefined);
    const stored = await withTimeout(reading, STORE_TIMEOUT_MS, undefined);
    if (stored) return stored;
    throw new CannotRun('the store cannot be read');
  });

  async checkDirectory(): Promise<Finding> {
    const entries = this.runtime().settings.directory;
    if (entries.size === 0) throw new CannotRun('the directory is empty');
    const { personas: listed, isComplete } = await this.bot.personas();
    // After the list, so that each ephemeral persona on it has its lease.
    const stored = await this.stored().catch(() => NO_STORE);
    const failures: string[] = [];
    const warnings: string[] = [];
    const advice = new Set<string>();

    const ids = new Set(listed.map(({ id }) => id));
    for (const { name, id } of entries.values()) {
      if (id === undefined || ids.has(id) || !isComplete) continue;
      failures.push(`${name}: the Page has no persona ${id}`);
      advice.add(
        'Give the entry a profile in place of the ID, or the ID of a persona that `npx bottender-persona list` shows.',
      );
    }
    const matches = matchDirectory(entries, {
      listed,
      isComplete,
      ...stored,
    });
    const byName = groupBy(
      listed.filter((persona) => !isEphemeral(persona, stored.leases)),
      ({ name }) => name,
    );
    for (const { profile, name, outdated } of matches) {
      const same = byName.get(profile.name) ?? [];
      if (same.length > 1) {
        warnings.push(
          `"${profile.name}" (${name}) exists ${same.length} times on the Page: ${idsOf(same)}`,
        );
        advice.add(
          'Delete those that the bot does not use, with `npx bottender-persona delete <ID>`: `list` names the one it uses.',
        );
      } else if (outdated.length > 0) {
        warnings.push(
          `${name} differs from its persona on the Page: ${idsOf(outdated)}`,
        );
        advice.add('Replace it with `npx bottender-persona sync`.');
      }
    }
    const missing = matches.filter(
      ({ id, outdated }) => id === undefined && outdated.length === 0,
    );
    const problems = [...failures, ...warnings];
    if (problems.length > 0) {
      return {
        status: failures.length > 0 ? 'failed' : 'warning',
        message: `${problems.join('; ')}.`,
        advice: [...advice].join(' '),
      };
    }
    const unread = isComplete ? '' : '; part of the list could not be read';
    const absent =
      missing.length === 0
        ? 'all on the Page'
        : `the bot will create ${missing.map(({ name }) => name).join(', ')} when a message first needs it`;
    return ok(`${plural(entries.size, 'name')}; ${absent}${unread}`);
  }

  /** Ephemeral personas of processes that died. */
  async checkLeases(): Promise<Finding> {
    if (!this.runtime().store.isLasting) {
      throw new CannotRun(
        'without a `store`, the leases of other processes are not known',
      );
    }
    const { personas: listed } = await this.bot.personas();
    const { leases } = await this.stored();
    const now = Date.now();
    const expired = leases.filter(({ expiresAt }) => expiresAt < now);
    const left = listed.filter(({ id }) =>
      expired.some((lease) => lease.id === id),
    );
    const suspects = listed.filter(({ name }) =>
      expired.some((lease) => lease.id === null && lease.name === name),
    );
    if (left.length > 0) {
      return warning(
        `${plural(left.length, 'persona')} left behind on the Page: ${namesOf(left)}.`,
        'Run `npx bottender-persona sweep`. A running bot sweeps by itself, at its first event and then every `leaseMs`.',
      );
    }
    if (suspects.length > 0) {
      return warning(
        `${plural(suspects.length, 'persona')} may have been left behind: ${namesOf(suspects)}.`,
        'Look at them with `npx bottender-persona sweep`; `--delete-suspects` deletes them.',
      );
    }
    return ok(
      `${plural(leases.length - expired.length, 'lease')} in use, nothing left behind`,
    );
  }
}

const MAX_SHOWN = 5;

function idsOf(personas: readonly ListedPersona[]): string {
  return shorten(personas.map(({ id }) => id));
}

function namesOf(personas: readonly ListedPersona[]): string {
  return shorten(personas.map(({ id, name }) => `"${name}" (${id})`));
}

function shorten(texts: readonly string[]): string {
  const shown = texts.slice(0, MAX_SHOWN).join(', ');
  const more = texts.length - MAX_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
