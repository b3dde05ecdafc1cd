import { print, printTable } from '../output';
import type { OpenPage } from '../pages';
import type { Style } from '../style';

import type { Result } from './apply';
import type { Plan, Step } from './plan';

type Action = Step['action'];

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

/** The plan, for people to agree to. */
export function printPlan(page: OpenPage, plan: Plan): void {
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

/** One step and how it went, in a line. */
export function describeStep(step: Step, result: Result): string {
  const { action, names, profile } = step;
  const label = [names.join(', '), `"${profile.name}"`]
    .filter(Boolean)
    .join(' ');
  if (result.status === 'done') return `${DONE[action]} ${label}: ${result.id}`;
  return `could not ${action} ${label}: ${result.reason}`;
}

/** How it went as a whole. */
export function summary({ steps }: Plan, results: Map<Step, Result>): string {
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
