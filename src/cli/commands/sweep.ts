import { Sweep } from '../../ephemeral/sweep';
import { PersonaCleanupError, type PersonaError } from '../../errors';
import type { ListedPersona } from '../../graph/responses';
import { deletePersona } from '../../graph/personaCalls';
import { withRetries } from '../../graph/retries';
import { openBot, type PageOptions } from '../openBot';
import { runtimeIn } from '../config';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { CommandError } from '../commandErrors';
import { LONG_RETRIES } from '../callGraph';
import { print, printJson, printNote, printTable, plural } from '../output';

export interface SweepOptions extends PageOptions, ConfirmOptions {
  deleteSuspects?: boolean;
}

/** `sweep`: deletes ephemeral personas of dead processes. */
export async function sweep(options: SweepOptions): Promise<void> {
  if (options.deleteSuspects) {
    checkCanConfirm(
      options,
      'omit --delete-suspects to see them, or confirm with --yes',
    );
  }
  const { page, ...config } = await openBot(options);
  const { store, directory, leases, stats } = runtimeIn(config);
  if (!store.isLasting) {
    printNote(
      'Note: personas() has no `store`, so personas that other processes left behind cannot be found.',
    );
  }
  const errors: PersonaError[] = [];
  const { deleted, suspects } = await new Sweep(
    leases,
    (error) => errors.push(error),
    (page) => directory.idsOn(page),
    stats,
  ).sweepPage(page);

  if (!options.json) show(page.id, deleted, suspects);
  const isAgreed =
    options.deleteSuspects === true &&
    suspects.length > 0 &&
    (await confirm(`Delete ${plural(suspects.length, 'suspect')}?`, options));
  const left: ListedPersona[] = [];
  if (isAgreed) {
    // A process that was slow may have gone on while the question was open.
    const used = [
      ...(await directory.idsOn(page)),
      ...(await leases.idsOn(page)),
    ];
    for (const suspect of suspects) {
      if (used.includes(suspect.id)) {
        printNote(`Note: "${suspect.name}" is in use: ${suspect.id}`);
        continue;
      }
      const outcome = await withRetries(
        () => deletePersona(page, suspect.id),
        LONG_RETRIES,
      );
      if (outcome.ok) {
        deleted.push(suspect);
        if (!options.json) print(describe(suspect));
      } else {
        left.push(suspect);
        errors.push(new PersonaCleanupError(suspect, page.id, outcome.failure));
      }
    }
  } else {
    left.push(...suspects);
  }
  if (options.json) {
    printJson({
      page: { id: page.id },
      deleted: deleted.map(toJson),
      suspects: left.map(toJson),
    });
  }
  if (errors.length > 0) {
    throw new CommandError(errors.map(({ message }) => message).join('\n'));
  }
}

function show(
  pageId: string,
  deleted: ListedPersona[],
  suspects: ListedPersona[],
): void {
  for (const persona of deleted) print(describe(persona));
  if (suspects.length > 0) {
    print(
      'Suspects: a process began to create a persona of this name and never recorded its ID.',
    );
    printTable(
      ['ID', 'NAME', 'PICTURE'],
      suspects.map(({ id, name, profilePictureUrl }) => [
        id,
        name,
        profilePictureUrl,
      ]),
    );
  }
  print(
    `${deleted.length} deleted, ${plural(suspects.length, 'suspect')} on the Page ${pageId}.`,
  );
}

function describe({ id, name }: ListedPersona): string {
  return `deleted "${name}": ${id}`;
}

function toJson({ id, name, profilePictureUrl }: ListedPersona): object {
  return { id, name, profilePictureUrl };
}
