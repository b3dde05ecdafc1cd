import { print, printTable } from '../output';
import type { OpenPage } from '../openBot';
import type { Style } from '../style';

import type { StepResult } from './planExecutor';
import type { SyncPlan, SyncStep } from './plan';

type Action = SyncStep['action'];

const SIGNS: Record<Action, [string, Style]> = {
  create: ['+', 'green'],
  replace: ['~', 'yellow'],
  record: ['=', 'cyan'],
  delete: ['-', 'red'],
};

const DONE: Record<Action, string> = {
  create: 'created',
  replace: 'replaced',
  record: 'recorded',
  delete: 'deleted',
};

export function printPlan(page: OpenPage, plan: SyncPlan): void {
  const { steps, unchanged, notes } = plan;
  print(`Page ${page.id} (${page.name})`);
  print();
  if (steps.length > 0) {
    printTable(
      ['', '', 'DIRECTORY', 'NAME', 'ID', 'PICTURE'],
      steps.map(({ action, names, profile, id, outdated }) => [
        { text: SIGNS[action][0], style: SIGNS[action][1] },
        { text: action, style: SIGNS[action][1] },
        names.join(', '),
        profile.name,
        (action === 'replace' ? outdated.join(', ') : id) ?? '',
        profile.profilePictureUrl,
      ]),
    );
    print();
  }
  for (const note of notes) print(`Note: ${note}`);
  const planned = tally(steps.map(({ action }) => `to ${action}`));
  print([...planned, `${unchanged} unchanged`].join(', ') + '.');
}

export function describeStep(step: SyncStep, result: StepResult): string {
  const { action, names, profile } = step;
  const label = [names.join(', '), `"${profile.name}"`]
    .filter(Boolean)
    .join(' ');
  if (result.status === 'done') return `${DONE[action]} ${label}: ${result.id}`;
  return `could not ${action} ${label}: ${result.reason}`;
}

export function summary(
  { steps }: SyncPlan,
  results: Map<SyncStep, StepResult>,
): string {
  const outcomes = steps.map((step) => {
    const status = results.get(step)?.status;
    if (status === undefined) return 'left';
    return status === 'done' ? DONE[step.action] : 'failed';
  });
  return `${tally(outcomes).join(', ')}.`;
}

/** `['2 created', '1 failed']` */
function tally(words: string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, number]) => `${number} ${word}`);
}
