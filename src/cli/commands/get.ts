import { getPersona } from '../../graph/personaCalls';
import { openBot, type PageOptions } from '../openBot';
import { callGraph, SHORT_RETRIES } from '../callGraph';
import { print, printJson } from '../output';

/** `get <id>`: shows a persona. */
export async function get(id: string, options: PageOptions): Promise<void> {
  const { page } = await openBot(options);
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
