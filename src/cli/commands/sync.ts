import type { Runtime } from '../../runtime';
import { open, type PageOptions } from '../common';
import { runtimeIn } from '../config';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { Failure } from '../failure';
import { print, printJson, printNote } from '../output';
import type { OpenPage } from '../pages';
import { startProgress } from '../progress';
import { takeSnapshot } from '../snapshot';
import { Applying, type Result } from '../sync/apply';
import { withLock } from '../sync/lock';
import { makePlan, type Plan, type Step } from '../sync/plan';
import { describeStep, printPlan, summary } from '../sync/show';

export interface SyncOptions extends PageOptions, ConfirmOptions {
  prune?: boolean;
  dryRun?: boolean;
}

/** `sync`: makes the Page match the directory. */
export async function sync(options: SyncOptions): Promise<void> {
  if (!options.dryRun) {
    checkCanConfirm(options, 'look with --dry-run, or agree with --yes');
  }
  const { page, ...config } = await open(options);
  const runtime = runtimeIn(config);
  const { directory } = runtime.settings;
  if (directory.size === 0) {
    throw new Failure(
      'The `directory` of personas() in bottender.config.js is empty: there is nothing to match.',
    );
  }
  const stopping: Stopping = { now: () => {} };
  const matching = () => match(page, runtime, options, stopping);
  if (options.dryRun) return matching();
  await withLock(runtime.store, page.id, () => stopping.now(), matching);
}

/** How the work under way is stopped. */
interface Stopping {
  now: () => void;
}

async function match(
  page: OpenPage,
  runtime: Runtime,
  options: SyncOptions,
  stopping: Stopping,
): Promise<void> {
  const snapshot = await takeSnapshot(page, runtime);
  const plan = makePlan(runtime.settings.directory, snapshot, {
    prune: options.prune ?? false,
    lasting: runtime.store.isLasting,
  });
  if (!options.json) printPlan(page, plan);

  const results = new Map<Step, Result>();
  const willApply =
    !options.dryRun &&
    plan.steps.length > 0 &&
    (await confirm('Do this?', options));
  if (willApply) {
    const progress = startProgress(plan.steps.length, options.json);
    const applying = new Applying(page, runtime, snapshot, (step, result) => {
      results.set(step, result);
      progress.step(describeStep(step, result));
    });
    stopping.now = () => applying.stop();
    await finishOnSignal(applying, () => applying.run(plan));
    progress.end();
  }
  if (options.json) {
    printJson(toJson(page.id, plan, results, willApply));
  }
  if (!willApply) {
    if (plan.steps.length > 0 && !options.json) print('Nothing was done.');
    return;
  }
  if (!options.json) print(summary(plan, results));
  failUnlessDone(plan, results);
}

/** A signal stops it between two steps, a second one at once. */
async function finishOnSignal(
  applying: Applying,
  run: () => Promise<void>,
): Promise<void> {
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) process.exit(1);
    applying.stop();
    printNote('Stopping after the steps under way. Once more to stop at once.');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await run();
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function failUnlessDone({ steps }: Plan, results: Map<Step, Result>): void {
  const failed = [...results].flatMap(([step, result]) =>
    result.status === 'failed' ? describeStep(step, result) : [],
  );
  const left = steps.length - results.size;
  if (failed.length === 0 && left === 0) return;
  throw new Failure(
    [
      left > 0
        ? `The sync has stopped; ${left} of ${steps.length} steps are left.`
        : 'Some of it failed.',
      ...failed.map((line) => `  ${line}`),
      'What is done is recorded: run it again to go on.',
    ].join('\n'),
  );
}

function toJson(
  pageId: string,
  { steps, unchanged, notes }: Plan,
  results: Map<Step, Result>,
  applied: boolean,
): object {
  return {
    page: { id: pageId },
    applied,
    unchanged,
    steps: steps.map((step) => {
      const result = results.get(step);
      return {
        action: step.action,
        directory: step.names,
        id: (result?.status === 'done' ? result.id : step.id) ?? null,
        ...step.profile,
        replaces: step.outdated,
        status: result?.status ?? 'planned',
        error: result?.status === 'failed' ? result.reason : null,
      };
    }),
    notes,
  };
}
