import type { NamedPersona } from '../../directory/entries';
import type { ListedPersona } from '../../graph/responses';
import { isGone } from '../../graph/graphFailure';
import { deletePersona, getPersona } from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import type { Runtime } from '../../runtime';
import type { NamedLease } from '../../store/port';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { explainFailure, CommandError } from '../commandErrors';
import { callGraph, SHORT_RETRIES } from '../callGraph';
import { print, printJson, printNote } from '../output';
import type { OpenPage, PageOptions } from '../openBot';
import { openPersona } from '../openPersona';
import { withStoreFallback } from '../withStoreFallback';

export interface DeleteOptions extends PageOptions, ConfirmOptions {}

/** `delete <persona>`: deletes a persona, by its ID or its name in the directory, and no other object with this ID. */
export async function deletePersonaOf(
  given: string,
  options: DeleteOptions,
): Promise<void> {
  const { page, runtime, id: opened } = await openPersona(given, options);
  const persona = opened === undefined ? undefined : await find(page, opened);
  if (!persona) {
    const which = opened ?? `"${given}"`;
    report(
      page,
      [],
      `The Page ${page.id} has no persona ${which} that its token can access: nothing was deleted.`,
      options,
    );
    return;
  }
  const { id, name } = persona;
  const names = runtime ? await namesFor(runtime, page.id, persona) : [];
  if (names.length > 0) {
    const called = names.map((each) => `"${each}"`).join(', ');
    const what = `the directory names the persona ${id} ("${name}"): ${called}`;
    checkCanConfirm(options, `${what}; confirm with --yes`);
    printNote(`Note: ${what}. The next message as it creates it again.`);
    if (!(await confirm(`Delete it?`, options))) {
      print('Nothing was done.');
      return;
    }
  }
  await callGraph(
    `delete the persona ${id}`,
    () => deletePersona(page, id),
    SHORT_RETRIES,
  );
  report(
    page,
    [id],
    `Deleted the persona ${id} ("${name}") of the Page ${page.id}.`,
    options,
  );
}

/** @throws CommandError if Messenger does not answer, or the ID belongs to another object */
async function find(
  page: OpenPage,
  id: string,
): Promise<ListedPersona | undefined> {
  const got = await withRetries(() => getPersona(page, id), SHORT_RETRIES);
  if (!got.ok) {
    if (isGone(got.failure)) return undefined;
    throw new CommandError(
      `Could not get the persona ${id}, so it was not deleted: ${explainFailure(got.failure)}`,
    );
  }
  // Posts and Pages can be deleted by their IDs too.
  const { name, profilePictureUrl } = got.value;
  if (name !== '' && profilePictureUrl !== '') return got.value;
  throw new CommandError(
    `The ID ${id} does not belong to a persona, so nothing was deleted.`,
  );
}

/** The names that lead a bot to this persona. */
async function namesFor(
  { settings: { directory }, store }: Runtime,
  pageId: string,
  { id, name }: ListedPersona,
): Promise<string[]> {
  const records = await withStoreFallback(
    store.namesOn(pageId, directory.keys()),
    new Map<string, NamedLease>(),
  );
  const isFoundBy = (named: NamedPersona) => {
    const known = named.id ?? records.get(named.name)?.id;
    return known === undefined ? named.profile?.name === name : known === id;
  };
  return [...directory.values()].filter(isFoundBy).map((named) => named.name);
}

function report(
  page: OpenPage,
  ids: string[],
  text: string,
  { json }: DeleteOptions,
): void {
  if (json) {
    printJson({ page: { id: page.id }, deleted: ids.map((id) => ({ id })) });
  } else print(text);
}
