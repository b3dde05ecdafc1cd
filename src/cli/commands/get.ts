import { getPersona } from '../../graph/personaCalls';
import { CommandError } from '../commandErrors';
import type { PageOptions } from '../openBot';
import { openPersona } from '../openPersona';
import { callGraph, SHORT_RETRIES } from '../callGraph';
import { print, printJson } from '../output';

/** `get <persona>`: shows a persona, by its ID or its name in the directory. */
export async function get(given: string, options: PageOptions): Promise<void> {
  const { page, id } = await openPersona(given, options);
  if (id === undefined) {
    throw new CommandError(
      `The Page ${page.id} has no persona for the name "${given}".`,
    );
  }
  const { name, profilePictureUrl } = await callGraph(
    `get the persona ${id}`,
    () => getPersona(page, id),
    SHORT_RETRIES,
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
