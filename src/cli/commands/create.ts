import { InvalidProfileError } from '../../errors';
import { createPersona } from '../../messenger/personaCalls';
import { checkProfile, type PersonaProfile } from '../../profile';
import { open, type PageOptions } from '../common';
import { Misuse } from '../failure';
import { ask, ONCE } from '../graph';
import { print, printable, printJson } from '../output';

export interface CreateOptions extends PageOptions {
  name: string;
  pic: string;
}

/** `create --name --pic`: makes a persona on the Page. */
export async function create(options: CreateOptions): Promise<void> {
  const profile = profileOf(options);
  const { page } = await open(options);
  const id = await ask(
    `create the persona "${profile.name}"`,
    () => createPersona(page, profile, ONCE.withinMs),
    ONCE,
  );
  if (options.json) {
    printJson({ page: { id: page.id }, persona: { id, ...profile } });
  } else {
    print(
      `Created the persona "${printable(profile.name)}" on the Page ${page.id}: ${id}`,
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
