import { InvalidProfileError } from '../../errors';
import { createPersona } from '../../graph/personaCalls';
import { listAll } from '../../graph/personaCalls';
import { checkProfile, type PersonaProfile } from '../../profile';
import { open, type PageOptions } from '../common';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { Misuse } from '../failure';
import { ask, BRIEFLY, ONCE } from '../graph';
import { print, printJson, printNote } from '../output';

export interface CreateOptions extends PageOptions, ConfirmOptions {
  name: string;
  pic: string;
}

/** `create --name --pic`: makes a persona on the Page. */
export async function create(options: CreateOptions): Promise<void> {
  const profile = profileOf(options);
  const { page } = await open(options);
  const { personas } = await ask(
    'list the personas',
    (isGivenUp) => listAll(page, { timeoutMs: BRIEFLY.timeoutMs, isGivenUp }),
    BRIEFLY,
  );
  const same = personas.filter(({ name }) => name === profile.name);
  if (same.length > 0) {
    const ids = same.map(({ id }) => id).join(', ');
    const what = `the Page ${page.id} has a persona "${profile.name}": ${ids}`;
    checkCanConfirm(options, `${what}; make another with --yes`);
    printNote(`Note: ${what}. A bot finds personas by their names.`);
    if (!(await confirm('Make another?', options))) {
      print('Nothing was done.');
      return;
    }
  }
  const id = await ask(
    `create the persona "${profile.name}"`,
    () => createPersona(page, profile, ONCE.timeoutMs),
    ONCE,
  );
  if (options.json) {
    printJson({ page: { id: page.id }, persona: { id, ...profile } });
  } else {
    print(
      `Created the persona "${profile.name}" on the Page ${page.id}: ${id}`,
    );
  }
}

function profileOf({ name, pic }: CreateOptions): PersonaProfile {
  try {
    return checkProfile({ name, profilePictureUrl: pic });
  } catch (error) {
    if (error instanceof InvalidProfileError) throw new Misuse(error.message);
    throw error;
  }
}
