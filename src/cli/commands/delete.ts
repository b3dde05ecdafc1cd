import { deletePersona } from '../../messenger/personaCalls';
import { open } from '../common';
import { ask, BRIEFLY } from '../graph';
import { print, printJson } from '../output';

import type { IdOptions } from './get';

/** `delete --id`: deletes a persona; one that is not there counts as deleted. */
export async function deleteById(options: IdOptions): Promise<void> {
  const { page } = await open(options);
  const { id } = options;
  await ask(`delete the persona ${id}`, () => deletePersona(page, id), BRIEFLY);
  if (options.json) printJson({ page: { id: page.id }, deleted: [{ id }] });
  else print(`The persona ${id} is gone from the Page ${page.id}.`);
}
