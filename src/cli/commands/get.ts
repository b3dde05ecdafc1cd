import { getPersona } from '../../messenger/personaCalls';
import { open, type PageOptions } from '../common';
import { ask, BRIEFLY } from '../graph';
import { print, printable, printJson } from '../output';

export interface IdOptions extends PageOptions {
  /** Digits only. */
  id: string;
}

/** `get --id`: shows a persona. */
export async function get(options: IdOptions): Promise<void> {
  const { page } = await open(options);
  const persona = await ask(
    `get the persona ${options.id}`,
    () => getPersona(page, options.id),
    BRIEFLY,
  );
  const { id, name, profilePictureUrl } = persona;
  if (options.json) {
    printJson({
      page: { id: page.id },
      persona: { id, name, profilePictureUrl },
    });
  } else {
    print(`ID:       ${id}`);
    print(`Name:     ${printable(name)}`);
    print(`Picture:  ${printable(profilePictureUrl)}`);
  }
}
