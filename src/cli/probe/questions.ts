import { refusalRule } from '../../channels/messenger';
import { isGone, type GraphFailure } from '../../graph/graphFailure';
import type { Outcome } from '../../graph/graphCall';

import type { ProbeAnswer, Probe } from './probe';

/** Something that a Page is asked, and what this package takes to be the answer. */
export interface Question {
  readonly title: string;
  /** The entry of docs/messenger-facts.md that says so. */
  readonly fact: string;
  /** `delivered`, or what refusals are like. */
  readonly expected: string;
  /** Whether Meta documents no such answer: an emulator's is an assumption. */
  readonly isAssumption: boolean;
  /** @throws NotAsked */
  readonly ask: (probe: Probe) => Promise<ProbeAnswer>;
  readonly isExpected: (answer: ProbeAnswer) => boolean;
}

/** A question could not be asked: the message says why. */
export class NotAsked extends Error {}

const REFUSED_PERSONA = {
  fact: 'unknown-persona',
  expected: 'refused with code 100, naming the persona',
  isAssumption: true,
  isExpected: (answer: ProbeAnswer) =>
    !answer.ok && refusalRule(answer.failure)?.fact === 'unknown-persona',
};

const GONE = {
  fact: 'object-missing',
  expected: 'refused with code 100, subcode 33',
  isAssumption: false,
  isExpected: (answer: ProbeAnswer) => !answer.ok && isGone(answer.failure),
};

const TYPING = {
  fact: 'persona-sender-actions',
  expected: 'delivered',
  isAssumption: false,
  isExpected: ({ ok }: ProbeAnswer) => ok,
};

export const QUESTIONS: readonly Question[] = [
  {
    title: 'A message with a persona, in Europe if the customer lives there',
    fact: 'personas-in-europe',
    expected: 'delivered',
    isAssumption: false,
    ask: async (probe) => probe.send(await living(probe)),
    isExpected: ({ ok }) => ok,
  },
  {
    title: 'A message with an unknown `persona_id`',
    ...REFUSED_PERSONA,
    ask: (probe) => probe.send(probe.unknownId),
  },
  {
    title: 'A message with a deleted `persona_id`',
    ...REFUSED_PERSONA,
    ask: async (probe) => probe.send(await deleted(probe)),
  },
  {
    title: 'A message with a foreign `persona_id`',
    ...REFUSED_PERSONA,
    // Where no other Page's is known, something else that exists.
    ask: (probe) => probe.send(probe.foreignId ?? probe.page.id),
  },
  {
    title: '`typing_on` with a persona',
    ...TYPING,
    ask: async (probe) => probe.send(await living(probe), 'typing_on'),
  },
  {
    title: '`typing_off` with a persona',
    ...TYPING,
    ask: async (probe) => probe.send(await living(probe), 'typing_off'),
  },
  {
    title: '`mark_seen` with a persona',
    fact: 'persona-sender-actions',
    expected: 'refused',
    isAssumption: true,
    ask: async (probe) => probe.send(await living(probe), 'mark_seen'),
    isExpected: ({ ok }) => !ok,
  },
  {
    title: 'Creating a persona with a name of 51 characters',
    fact: 'persona-profile',
    expected: 'refused with code 100',
    isAssumption: true,
    ask: (probe) => probe.create(51),
    isExpected: (answer) => !answer.ok && answer.failure.code === 100,
  },
  {
    title: 'Reading a deleted persona',
    ...GONE,
    ask: async (probe) =>
      probe.call({ method: 'GET', path: `/${await deleted(probe)}` }),
  },
  {
    title: 'Deleting a deleted persona',
    ...GONE,
    ask: async (probe) =>
      probe.call({ method: 'DELETE', path: `/${await deleted(probe)}` }),
  },
];

async function living(probe: Probe): Promise<string> {
  return valueOf(await probe.livingId(), 'created');
}

async function deleted(probe: Probe): Promise<string> {
  return valueOf(await probe.deletedId(), 'created and deleted');
}

function valueOf(outcome: Outcome<string>, what: string): string {
  if (outcome.ok) return outcome.value;
  const { message }: GraphFailure = outcome.failure;
  throw new NotAsked(`no persona could be ${what}: ${message}`);
}
