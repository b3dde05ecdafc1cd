import type { Runtime } from '../../runtime';
import { openBot, type PageOptions } from '../openBot';
import { runtimeIn } from '../config';
import { checkCanConfirm, confirm, type ConfirmOptions } from '../confirm';
import { CommandError } from '../commandErrors';
import { print, printJson } from '../output';
import { finishOnSignal } from '../finishOnSignal';
import type { OpenPage } from '../openBot';
import { startProgress } from '../progress';
import { takeSnapshot } from '../snapshot';
import { PlanExecutor, type StepResult } from '../sync/planExecutor';
import { withLock } from '../sync/withLock';
import { makePlan, type SyncPlan, type SyncStep } from '../sync/plan';
import { describeStep, printPlan, summary } from '../sync/printPlan';

export interface SyncOptions extends PageOptions, ConfirmOptions {
  prune?: boolean;
  dryRun?: boolean;
}

/** `sync`: makes the Page match the directory. */
export async function sync(options: SyncOptions): Promise<void> {
  if (!options.dryRun) {
    checkCanConfirm(
      options,
      'see the plan with --dry-run, or confirm with --yes',
    );
  }
  const { page, ...config } = await openBot(options);
  const runtime = runtimeIn(config);
  const { directory } = runtime.settings;
  if (directory.size === 0) {
    throw new CommandError(
      'The `directory` of personas() in the config is empty: add personas to it.',
    );
  }
  const stopping = new AbortController();
  const matching = () => match(page, runtime, options, stopping);
  if (options.dryRun) return matching();
  await withLock(runtime.store, page.id, () => stopping.abort(), matching);
}

async function match(
  page: OpenPage,
  runtime: Runtime,
  options: SyncOptions,
  stopping: AbortController,
): Promise<void> {
  const snapshot = await takeSnapshot(page, runtime);
  const plan = makePlan(runtime.settings.directory, snapshot, {
    prune: options.prune ?? false,
    isStoreLasting: runtime.store.isLasting,
  });
  if (!options.json) printPlan(page, plan);

  const results = new Map<SyncStep, StepResult>();
  const willApply =
    !options.dryRun &&
    plan.steps.length > 0 &&
    (await confirm('Do this?', options));
  if (willApply) {
    const progress = startProgress(plan.steps.length, options.json);
    const executor = new PlanExecutor(
      page,
      runtime,
      snapshot,
      (step, result) => {
        results.set(step, result);
        progress.step(describeStep(step, result));
      },
      stopping,
    );
    await finishOnSignal(stopping, () => executor.run(plan));
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

function failUnlessDone(
  { steps }: SyncPlan,
  results: Map<SyncStep, StepResult>,
): void {
  const failed = [...results].flatMap(([step, result]) =>
    result.status === 'failed' ? describeStep(step, result) : [],
  );
  const left = steps.length - results.size;
  if (failed.length === 0 && left === 0) return;
  throw new CommandError(
    [
      left > 0
        ? `The sync has stopped; ${left} of ${steps.length} steps are left.`
        : 'Some steps failed.',
      ...failed.map((line) => `  ${line}`),
      'Finished steps are recorded: run the command again to continue.',
    ].join('\n'),
  );
}

function toJson(
  pageId: string,
  { steps, unchanged, notes }: SyncPlan,
  results: Map<SyncStep, StepResult>,
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
