import { isPersonaId } from '../persona';
import type { Runtime } from '../runtime';
import { didYouMean } from '../util/closestMatch';

import { UsageError } from './commandErrors';
import { loadConfig } from './config';
import { matchDirectory, type Entries } from './matchDirectory';
import { openPage, type OpenPage, type PageOptions } from './openBot';
import { takeSnapshot } from './snapshot';

export interface OpenPersona {
  readonly page: OpenPage;
  readonly runtime: Runtime | undefined;
  /** `undefined` if the Page has no persona for the name. */
  readonly id: string | undefined;
}

/**
 * Opens the Page of a persona that a command is about.
 *
 * @param given its ID, or its name in the directory
 * @throws UsageError if it is neither
 * @throws CommandError
 */
export async function openPersona(
  given: string,
  { config: named, page: pageId }: PageOptions,
): Promise<OpenPersona> {
  const { channel, runtime } = await loadConfig(named);
  const directory = runtime?.settings.directory;
  if (!isPersonaId(given) && !directory?.has(given)) {
    const hint = didYouMean(given, directory?.keys() ?? []);
    throw new UsageError(
      `"${given}" is not a name of the directory${hint}, and IDs have digits only.`,
    );
  }
  const page = await openPage(channel, pageId);
  const id = isPersonaId(given) ? given : await idOf(given, page, runtime);
  return { page, runtime, id };
}

/** Finds the ID as `sync` does; if the profile has changed since, that of the earlier persona. */
async function idOf(
  name: string,
  page: OpenPage,
  runtime: Runtime | undefined,
): Promise<string | undefined> {
  const entries: Entries = runtime?.settings.directory ?? new Map();
  const fixed = entries.get(name)?.id;
  if (fixed) return fixed;
  const matches = matchDirectory(entries, await takeSnapshot(page, runtime));
  const match = matches.find((each) => each.name === name);
  return match?.id ?? match?.outdated[0]?.id;
}
