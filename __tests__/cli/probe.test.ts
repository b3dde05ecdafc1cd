import { refusalRule } from '../../src/channels/messenger';
import { QUESTIONS } from '../../src/cli/probe/questions';
import { markdown, rowsOf, type ReportAbout } from '../../src/cli/probe/report';
import type { GraphFailure } from '../../src/graph/graphFailure';
import { CUSTOMER, PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { alive, calls, shown } from '../support/emulatorState';
import { createPersona, profile } from '../support/personas';
import { makeApp } from './cliApp';

interface Printed {
  isEmulator: boolean;
  answers: {
    question: string;
    answer: string;
    rule: string;
    fact: string;
    verdict: string;
  }[];
}

/** A Page to which the customer has written. */
async function startPage() {
  const emulator = await startEmulator();
  emulator.setWebhookUrl(`${emulator.origin}/_emulator/nowhere`);
  await emulator.say(CUSTOMER, 'hi');
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
  });
  return { emulator, app };
}

test("the emulator's report lists its own assumptions as such, and confirms nothing", async () => {
  const { emulator, app } = await startPage();
  await createPersona(emulator, 'Adam');
  const { status, stdout, stderr } = await app.run(
    'doctor',
    '--probe',
    CUSTOMER,
    '--yes',
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

  const [, assumptions = ''] = stdout.split('## Assumptions of the emulator\n');
  const lines = assumptions.split('\n').filter((line) => line.startsWith('- '));
  expect(lines.map((line) => line.replace(/: refused.*$/, ''))).toEqual([
    '- `unknown-persona`: A message with an unknown `persona_id`',
    '- `unknown-persona`: A message with a deleted `persona_id`',
    '- `unknown-persona`: A message with a foreign `persona_id`',
    '- `persona-sender-actions`: `mark_seen` with a persona',
    '- `persona-profile`: Creating a persona with a name of 51 characters',
  ]);
  expect(stdout).not.toMatch(/confirmed|contradicted/);
  expect(stdout).toContain('This is not Messenger.');
  expect(stdout).toMatch(
    /\| Reading a deleted persona \|.*\| refused \(HTTP 400, code 100, subcode 33\).*\| none \| `object-missing` \| emulated \|/,
  );

  // IDs are shortened: its own, the Page's, and the customer's.
  expect(stdout).not.toMatch(/\d{9}/);
  expect(stdout).not.toMatch(new RegExp(`\\b${CUSTOMER}\\b`));
  expect(alive(emulator)).toEqual(['Adam']);
  const texts = shown(emulator, CUSTOMER).filter((line) => !line.includes('['));
  expect(texts).toEqual([
    'Page: A test of bottender-persona: please ignore it.',
    expect.stringMatching(/^probe-\w+\.*: A test of/),
  ]);
});

test('for machines, with what the plugin makes of each answer', async () => {
  const { emulator, app } = await startPage();
  emulator.setEuropean(CUSTOMER, true);
  const { isEmulator, answers } = await app.json<Printed>(
    0,
    'doctor',
    '--probe',
    CUSTOMER,
    '--yes',
  );
  expect(isEmulator).toBe(true);
  expect(answers).toHaveLength(QUESTIONS.length);
  expect(answers[0]).toMatchObject({
    fact: 'personas-in-europe',
    rule: 'personas-refused-by-region',
    verdict: 'emulated',
  });
  expect(alive(emulator)).toEqual([]);
});

test('a foreign persona is one of another Page, where its ID is given', async () => {
  const { emulator, app } = await startPage();
  const foreign = '55555555555';
  await app.json(
    0,
    'doctor',
    '--probe',
    CUSTOMER,
    '--foreign',
    foreign,
    '--yes',
  );
  const personas = emulator.state().requests.map(({ personaId }) => personaId);
  expect(personas).toContain(foreign);
  expect(personas).not.toContain(PAGE.id);
});

test('it asks before it sends, and needs a terminal for that', async () => {
  const { emulator, app } = await startPage();
  const before = calls(emulator);
  for (const more of [[], ['--json']]) {
    const { status, stderr } = await app.run(
      'doctor',
      '--probe',
      CUSTOMER,
      ...more,
    );
    expect(status).toBe(2);
    expect(stderr).toContain('confirm with --yes');
  }
  expect(calls(emulator)).toEqual(before);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux.each([['n\n'], ['\u0003']])('%j is a no', async (keys) => {
  const { emulator, app } = await startPage();
  const running = app.onTerminal(['doctor', '--probe', CUSTOMER], {
    TERM: 'xterm',
  });
  await running.printed(/Send up to 5 messages.*\[y\/N\]/s);
  running.child.stdin?.write(keys);
  const { status, stdout } = await running.ended;
  expect(status).toBe(0);
  expect(stdout).toContain('Nothing was done.');
  expect(calls(emulator).filter((call) => call.startsWith('POST'))).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'after %s it deletes its personas, and reports what it knows',
  async (signal) => {
    const { emulator, app } = await startPage();
    let stopped: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (stopped = resolve));
    const watching = setInterval(() => {
      if (alive(emulator).length > 0) stopped?.();
    }, 10);
    emulator.fail({ method: 'POST', path: '/me/messages', delayMs: 300 });
    const running = app.start(['doctor', '--probe', CUSTOMER, '--yes']);
    await asked;
    clearInterval(watching);
    running.child.kill(signal);
    const { status, stdout, stderr } = await running.ended;
    expect(status).toBe(1);
    expect(stderr).toContain(
      'The probe was stopped: its personas are deleted.',
    );
    expect(stdout).toContain('A message with a persona');
    expect(stdout).not.toContain('51 characters');
    expect(emulator.state().personas.length).toBeGreaterThan(0);
    expect(alive(emulator)).toEqual([]);
  },
);

test('a persona whose creation was not answered is found and deleted, and no other', async () => {
  const { emulator, app } = await startPage();
  await createPersona(emulator, 'probe-of-somebody-else');
  emulator.fail({
    method: 'POST',
    path: '/me/personas',
    connection: 'break-after',
    times: 1,
  });
  const { answers } = await app.json<Printed>(
    0,
    'doctor',
    '--probe',
    CUSTOMER,
    '--yes',
  );
  expect(answers[0]).toMatchObject({
    answer: expect.stringContaining('no persona could be created') as string,
    verdict: 'unclear',
  });
  expect(alive(emulator)).toEqual(['probe-of-somebody-else']);
});

test('a persona that cannot be deleted is named', async () => {
  const { emulator, app } = await startPage();
  emulator.fail({
    method: 'DELETE',
    error: { code: 200, message: 'no permission' },
  });
  const { status, stderr } = await app.run(
    'doctor',
    '--probe',
    CUSTOMER,
    '--yes',
  );
  expect(status).toBe(1);
  const [{ id = '' } = {}] = emulator.state().personas;
  expect(stderr).toContain(`could not delete the persona ${id}`);
  expect(stderr).toContain('npx bottender-persona delete <ID>');
});

test.each([
  [{ code: 100, error_subcode: 2018001 }, /Have the customer write/],
  [{ code: 10, error_subcode: 2018278 }, /Have the customer write/],
  [{ code: 10 }, /lacks a permission/],
  [{ code: 613 }, /Try again later/],
])(
  'a Page that cannot write, %j, ends it before anything is created',
  async (error, advice) => {
    const { emulator, app } = await startPage();
    emulator.fail({ path: '/me/messages', error });
    const args = ['doctor', '--probe', CUSTOMER, '--yes'];
    const { status, stderr } = await app.run(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot write to the customer ${CUSTOMER}: `);
    expect(stderr).toMatch(advice);
    expect(emulator.state().personas).toEqual([]);
  },
);

describe('on Messenger', () => {
  const about: ReportAbout = {
    version: '3.0.0',
    at: new Date('2026-11-30'),
    host: 'graph.facebook.com',
    graphVersion: '27.0',
    isEmulator: false,
    ids: ['1001'],
  };
  const refused = (failure: GraphFailure) => ({ ok: false, failure }) as const;
  const accepted = { ok: true, value: {} } as const;
  const question = (title: RegExp) => {
    const found = QUESTIONS.find((each) => title.test(each.title));
    if (!found) throw new Error(`no ${title.source}`);
    return found;
  };
  const unknown = question(/unknown/);
  const refusedAsAssumed = refused({
    status: 400,
    code: 100,
    message: '(#100) No persona 123456789012345 | for 1001',
  });
  const refusedOtherwise = refused({
    status: 400,
    code: 194,
    subcode: 1234567,
    message: 'No such sender',
  });

  test('answers confirm entries, or contradict them', () => {
    expect(refusalRule(refusedAsAssumed.failure)?.fact).toBe('unknown-persona');
    const rows = rowsOf(
      [
        { question: unknown, answer: refusedAsAssumed },
        {
          question: question(/deleted `persona_id`/),
          answer: refusedOtherwise,
        },
        {
          question: question(/in Europe/),
          answer: refused({
            status: 400,
            code: 10,
            subcode: 2018336,
            message: 'privacy',
          }),
        },
        { question: question(/typing_on/), answer: accepted },
        { question: question(/mark_seen/), answer: accepted },
        {
          question: question(/51/),
          answer: refused({ message: 'there was no answer in 30 s' }),
        },
        {
          question: question(/Deleting/),
          answer: refused({
            status: 400,
            code: 100,
            subcode: 33,
            message: 'gone',
          }),
        },
      ],
      about,
    );
    expect(rows.map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['confirmed', 'unknown-persona'],
      ['contradicted', 'none'],
      ['contradicted', 'personas-refused-by-region'],
      ['confirmed', ''],
      ['contradicted', ''],
      ['unclear', 'none'],
      ['confirmed', 'none'],
    ]);
    expect(rows[0]?.answer).toBe(
      'refused (HTTP 400, code 100): (#100) No persona 12…45 | for …',
    );
    expect(rows[1]?.answer).toContain('subcode 1234567');

    const text = markdown(rows, about);
    expect(
      text
        .split('## Facts\n')[1]
        ?.split('\n')
        .filter((line) => line.startsWith('- ')),
    ).toEqual([
      '- `unknown-persona`: contradicted',
      '- `personas-in-europe`: contradicted',
      '- `persona-sender-actions`: contradicted',
      '- `persona-profile`: unclear',
      '- `object-missing`: confirmed',
      '- `personas-refused-by-region`: confirmed',
    ]);
    expect(text).toContain('No persona 12…45 \\| for …');
    expect(text).toContain('at graph.facebook.com with Graph v27.0');
    expect(text).not.toContain('emulator');
  });

  test('no answer confirms what was not asked', () => {
    const rows = rowsOf(
      [{ question: unknown, answer: 'no persona could be created' }],
      about,
    );
    expect(rows).toMatchObject([
      { verdict: 'unclear', answer: 'not asked: no persona could be created' },
    ]);
  });
});

test('options of the probe without --probe are a mistake', async () => {
  const app = makeApp('http://127.0.0.1:9');
  for (const option of [['--yes'], ['--foreign', '12']]) {
    const { status, stderr } = await app.run('doctor', ...option);
    expect(status).toBe(2);
    expect(stderr).toContain('pass --probe <psid> too');
  }
});
