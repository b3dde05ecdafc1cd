import { getPersona } from '../../graph/personaCalls';
import { open, type PageOptions } from '../common';
import { ask, BRIEFLY } from '../graph';
import { print, printJson } from '../output';

/** `get <id>`: shows a persona. */
export async function get(id: string, options: PageOptions): Promise<void> {
  const { page } = await open(options);
  const { name, profilePictureUrl } = await ask(
    `get the persona ${id}`,
    () => getPersona(page, id),
    BRIEFLY,
  );
  if (options.json) {
    printJson({
      page: { id: page.id },
      persona: { id, name, profilePictureUrl },
    });
  } else {
    print(`ID:       ${id}`);
    print(`Name:     ${name}`);
    print(`Picture:  ${profilePictureUrl}`);
  }
}
