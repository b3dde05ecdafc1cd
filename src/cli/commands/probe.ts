import { CommandError, explainFailure } from '../commandErrors';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { profilesIn } from '../config';
import { finishOnSignal } from '../finishOnSignal';
import { openBot, type PageOptions } from '../openBot';
import { print, printJson, printNote } from '../output';
import { packageVersion } from '../packageVersion';
import { Probe } from '../probe/probe';
import { NotAsked, QUESTIONS } from '../probe/questions';
import {
  markdown,
  rowsOf,
  type Asked,
  type ReportAbout,
} from '../probe/report';
import { startProgress } from '../progress';

export interface ProbeOptions extends PageOptions, ConfirmOptions {
  /** The customer's PSID. */
  probe: string;
  /** The ID of another Page's persona. */
  foreign?: string;
}

const META = 'graph.facebook.com';

/** `doctor --probe <psid>`: asks a Page what Meta does not document. */
export async function probe(options: ProbeOptions): Promise<void> {
  checkCanConfirm(options, 'confirm with --yes');
  const { page, runtime } = await openBot(options);
  const psid = options.probe;
  const agreed = await confirm(
    `Send up to 5 messages and 3 sender actions of the Page "${page.name}" (${page.id}) to the customer ${psid}, and create 3 personas and delete them?`,
    options,
  );
  if (!agreed) {
    print('Nothing was done.');
    return;
  }
  const [profile] = runtime ? profilesIn(runtime) : [];
  const { origin, host } = new URL(page.client.axios.defaults.baseURL ?? '');
  const picture =
    profile?.profilePictureUrl ?? `${origin}/${page.id}/picture?type=large`;
  const asking = new Probe(page, psid, picture, options.foreign);
  const about: ReportAbout = {
    version: packageVersion(),
    at: new Date(),
    host,
    graphVersion: page.client.version,
    isEmulator: host !== META,
    ids: [page.id, psid, ...(options.foreign ? [options.foreign] : [])],
  };

  const asked: Asked[] = [];
  const stopping = new AbortController();
  let left: string[] = [];
  await finishOnSignal(stopping, async () => {
    try {
      await checkReachable(asking, psid);
      await askAll(asking, asked, stopping.signal, options);
    } finally {
      left = await asking.cleanUp();
      if (left.length > 0) printNote(leftBehind(left));
    }
  });
  report(asked, about, options);
  if (left.length > 0) {
    throw new CommandError('The probe left something behind: see above.');
  }
  if (stopping.signal.aborted)
    throw new CommandError('The probe was stopped: its personas are deleted.');
}

function leftBehind(left: readonly string[]): string {
  return `The probe could not delete ${left.join(' and ')}. Delete it with \`npx bottender-persona delete <ID>\`: \`list\` shows it.`;
}

/** Otherwise no refusal says anything about personas. */
async function checkReachable(asking: Probe, psid: string): Promise<void> {
  const answer = await asking.send();
  if (answer.ok) return;
  throw new CommandError(
    `The Page cannot write to the customer ${psid}: ${explainFailure(answer.failure)}`,
  );
}

async function askAll(
  asking: Probe,
  asked: Asked[],
  stopped: AbortSignal,
  { json }: ProbeOptions,
): Promise<void> {
  const progress = startProgress(QUESTIONS.length, json);
  try {
    for (const question of QUESTIONS) {
      if (stopped.aborted) return;
      try {
        asked.push({ question, answer: await question.ask(asking) });
      } catch (error) {
        if (!(error instanceof NotAsked)) throw error;
        asked.push({ question, answer: error.message });
      }
      progress.step();
    }
  } finally {
    progress.end();
  }
}

function report(
  asked: Asked[],
  about: ReportAbout,
  { json }: ProbeOptions,
): void {
  const rows = rowsOf(asked, about);
  if (json) printJson({ isEmulator: about.isEmulator, answers: rows });
  else {
    for (const line of markdown(rows, about).split('\n')) print(line);
  }
}
