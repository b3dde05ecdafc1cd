import { refusalRule } from '../../channels/messenger';
import { isTransient } from '../../graph/graphFailure';
import { redactSecrets } from '../../graph/secrets';
import { secrets } from '../output';

import type { ProbeAnswer } from './probe';
import type { Question } from './questions';

/** What came of a question. */
export interface Asked {
  readonly question: Question;
  /** Or why it was not asked. */
  readonly answer: ProbeAnswer | string;
}

export type Verdict =
  | 'confirmed'
  | 'contradicted'
  | 'unclear'
  | 'assumed by the emulator'
  | 'emulated';

export interface ReportAbout {
  readonly version: string;
  readonly at: Date;
  /** Where Graph was called, and the version that it was asked for. */
  readonly host: string;
  readonly graphVersion: string;
  readonly isEmulator: boolean;
  /** IDs that are shortened, however short they are. */
  readonly ids: readonly string[];
}

/** A row of the report, for machines. */
export interface ReportRow {
  readonly question: string;
  readonly expected: string;
  readonly answer: string;
  /** What the plugin makes of a refusal. */
  readonly rule: string;
  readonly fact: string;
  readonly verdict: Verdict;
}

export function rowsOf(
  asked: readonly Asked[],
  about: ReportAbout,
): ReportRow[] {
  return asked.map(({ question, answer }) => ({
    question: question.title,
    expected: question.expected,
    answer: withShortIds(redactSecrets(describe(answer), secrets), about.ids),
    rule: ruleFor(answer),
    fact: question.fact,
    verdict: verdictOn(question, answer, about.isEmulator),
  }));
}

function verdictOn(
  { isAssumption, isExpected }: Question,
  answer: ProbeAnswer | string,
  isEmulator: boolean,
): Verdict {
  if (typeof answer === 'string') return 'unclear';
  if (!answer.ok && isTransient(answer.failure)) return 'unclear';
  if (isEmulator) return isAssumption ? 'assumed by the emulator' : 'emulated';
  return isExpected(answer) ? 'confirmed' : 'contradicted';
}

function describe(answer: ProbeAnswer | string): string {
  if (typeof answer === 'string') return `not asked: ${answer}`;
  if (answer.ok) return 'accepted';
  const { status, code, subcode, message } = answer.failure;
  if (status === undefined) return `no answer: ${message}`;
  const numbers = [
    `HTTP ${status}`,
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(subcode === undefined ? [] : [`subcode ${subcode}`]),
  ];
  return `refused (${numbers.join(', ')}): ${message}`;
}

function ruleFor(answer: ProbeAnswer | string): string {
  if (typeof answer === 'string' || answer.ok) return '';
  return refusalRule(answer.failure)?.fact ?? 'none';
}

/** IDs are at least this long; codes are shorter. */
const ID_LENGTH = 9;
const ID = new RegExp(`\\d{${ID_LENGTH},}`, 'g');

function withShortIds(text: string, ids: readonly string[]): string {
  return ids
    .reduce(
      (short, id) => short.replace(new RegExp(`\\b${id}\\b`, 'g'), shortId(id)),
      text,
    )
    .replace(ID, shortId);
}

function shortId(id: string): string {
  return id.length < ID_LENGTH ? '…' : `${id.slice(0, 2)}…${id.slice(-2)}`;
}

/** The report in Markdown, to share: without secrets, and with IDs shortened. */
export function markdown(
  rows: readonly ReportRow[],
  about: ReportAbout,
): string {
  const { version, at, host, graphVersion, isEmulator } = about;
  const cells = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  const heads = [
    'Question',
    'Expected',
    'Answer',
    'Rule of the plugin',
    'Fact',
    'Verdict',
  ];
  return [
    '# What Messenger answers about personas',
    '',
    `Asked by \`doctor --probe\` of bottender-persona ${version} on ${at.toISOString().slice(0, 10)}, at ${host} with Graph v${graphVersion}.`,
    ...(isEmulator
      ? [
          '',
          'This is not Messenger. What it answers where Meta documents nothing is an assumption of the emulator, and confirms no fact.',
        ]
      : []),
    '',
    cells(heads),
    cells(heads.map(() => '---')),
    ...rows.map(({ question, expected, answer, rule, fact, verdict }) =>
      cells([question, expected, answer, rule, `\`${fact}\``, verdict]),
    ),
    '',
    ...(isEmulator ? assumptions(rows) : verdicts(rows)),
    '',
    'Facts are entries of docs/messenger-facts.md. Rules are those of `REFUSAL_RULES` in src/channels/messenger.ts: with `none`, the plugin passes the refusal on to the bot as an error. To correct one, edit both.',
    '',
  ].join('\n');
}

function assumptions(rows: readonly ReportRow[]): string[] {
  return [
    '## Assumptions of the emulator',
    '',
    ...rows
      .filter(({ verdict }) => verdict === 'assumed by the emulator')
      .map(
        ({ question, answer, fact }) => `- \`${fact}\`: ${question}: ${answer}`,
      ),
  ];
}

/** An entry is confirmed where all answers about it are. */
function verdicts(rows: readonly ReportRow[]): string[] {
  const facts = [...new Set(rows.map(({ fact }) => fact))];
  const lines = facts.map((fact) => {
    const about = rows.filter((row) => row.fact === fact);
    const verdict =
      (['contradicted', 'unclear'] as const).find((each) =>
        about.some((row) => row.verdict === each),
      ) ?? 'confirmed';
    return `- \`${fact}\`: ${verdict}`;
  });
  const regions = rows.some(
    ({ rule }) => rule === 'personas-refused-by-region',
  );
  return [
    '## Facts',
    '',
    ...lines,
    ...(regions ? ['- `personas-refused-by-region`: confirmed'] : []),
  ];
}
