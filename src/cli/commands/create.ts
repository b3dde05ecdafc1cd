import { InvalidProfileError } from '../../errors';
import { createPersona, listAll } from '../../graph/personaCalls';
import { checkProfile, type PersonaProfile } from '../../profile';
import { openBot, type PageOptions } from '../openBot';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { UsageError } from '../commandErrors';
import { callGraph, SHORT_RETRIES, NO_RETRIES } from '../callGraph';
import { print, printJson, printNote } from '../output';

export interface CreateOptions extends PageOptions, ConfirmOptions {
  name: string;
  pic: string;
}

/** `create --name --pic`: creates a persona. */
export async function create(options: CreateOptions): Promise<void> {
  const profile = checkedProfile(options);
  const { page } = await openBot(options);
  const { personas, isComplete } = await callGraph(
    'list the personas',
    (signal) => listAll(page, { timeoutMs: SHORT_RETRIES.timeoutMs, signal }),
    SHORT_RETRIES,
  );
  const same = personas.filter(({ name }) => name === profile.name);
  if (same.length > 0 || !isComplete) {
    const ids = same.map(({ id }) => id).join(', ');
    const what =
      same.length > 0
        ? `the Page ${page.id} has a persona "${profile.name}": ${ids}`
        : `part of the list could not be read, so the Page ${page.id} may have a persona "${profile.name}"`;
    checkCanConfirm(options, `${what}; create another with --yes`);
    printNote(`Note: ${what}. A bot finds personas by their names.`);
    if (!(await confirm('Create another?', options))) {
      print('Nothing was done.');
      return;
    }
  }
  const id = await callGraph(
    `create the persona "${profile.name}"`,
    () => createPersona(page, profile, NO_RETRIES.timeoutMs),
    NO_RETRIES,
  );
  if (options.json) {
    printJson({ page: { id: page.id }, persona: { id, ...profile } });
  } else {
    print(
      `Created the persona "${profile.name}" on the Page ${page.id}: ${id}`,
    );
  }
}

function checkedProfile({ name, pic }: CreateOptions): PersonaProfile {
  try {
    return checkProfile({ name, profilePictureUrl: pic });
  } catch (error) {
    if (error instanceof InvalidProfileError)
      throw new UsageError(error.message);
    throw error;
  }
}
