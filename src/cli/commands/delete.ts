import {
  fixedIdOf,
  profileOf,
  type DirectoryEntry,
} from '../../directory/entries';
import type { ListedPersona } from '../../graph/responses';
import { isGone } from '../../graph/graphFailure';
import { deletePersona, getPersona } from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import type { Runtime } from '../../runtime';
import type { NamedRecord } from '../../store/port';
import { open, type PageOptions } from '../common';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { describeRefusal, Failure } from '../failure';
import { ask, BRIEFLY } from '../graph';
import { print, printJson, printNote } from '../output';
import type { OpenPage } from '../pages';
import { orWithoutStore } from '../withoutStore';

export interface DeleteOptions extends PageOptions, ConfirmOptions {}

/** `delete <id>`: deletes a persona, and nothing else that the ID may be of. */
export async function deleteById(
  id: string,
  options: DeleteOptions,
): Promise<void> {
  const { page, runtime } = await open(options);
  const persona = await find(page, id);
  if (!persona) {
    report(
      page,
      [],
      `The Page ${page.id} has no persona ${id} that its token may see: nothing was deleted.`,
      options,
    );
    return;
  }
  const { name } = persona;
  const names = runtime ? await namesFor(runtime, page.id, persona) : [];
  if (names.length > 0) {
    const called = names.map((each) => `"${each}"`).join(', ');
    const what = `the directory names the persona ${id} ("${name}"): ${called}`;
    checkCanConfirm(options, `${what}; agree with --yes`);
    printNote(`Note: ${what}. Whoever speaks as it next makes it anew.`);
    if (!(await confirm(`Delete it?`, options))) {
      print('Nothing was done.');
      return;
    }
  }
  await ask(`delete the persona ${id}`, () => deletePersona(page, id), BRIEFLY);
  report(
    page,
    [id],
    `Deleted the persona ${id} ("${name}") of the Page ${page.id}.`,
    options,
  );
}

/** @throws Failure when Messenger does not say, or says that the ID is of something else */
async function find(
  page: OpenPage,
  id: string,
): Promise<ListedPersona | undefined> {
  const got = await withRetries(() => getPersona(page, id), BRIEFLY);
  if (!got.ok) {
    if (isGone(got.failure)) return undefined;
    throw new Failure(
      `Could not get the persona ${id}, so it was not deleted: ${describeRefusal(got.failure)}`,
    );
  }
  // Posts and Pages have IDs too, and can be deleted by them.
  const { name, profilePictureUrl } = got.value;
  if (name !== '' && profilePictureUrl !== '') return got.value;
  throw new Failure(`${id} is the ID of something else than a persona.`);
}

/** The directory's names that a bot finds this persona by. */
async function namesFor(
  { settings: { directory }, store }: Runtime,
  pageId: string,
  { id, name }: ListedPersona,
): Promise<string[]> {
  const records = await orWithoutStore(
    store.namesOn(pageId, directory.keys()),
    new Map<string, NamedRecord>(),
  );
  const isFoundBy = ([each, entry]: [string, DirectoryEntry]) => {
    const known = fixedIdOf(entry) ?? records.get(each)?.id;
    return known === undefined ? profileOf(entry)?.name === name : known === id;
  };
  return [...directory].filter(isFoundBy).map(([each]) => each);
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
