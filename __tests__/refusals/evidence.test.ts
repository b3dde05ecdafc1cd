import { EVIDENCE_MS, personaState } from '../../src/refusals/evidence';
import { answering, type Answer } from '../support/answers';
import { pass, takeTimers } from '../support/clock';
import { meeting } from '../support/gate';
import { behaving, drip, sendJson } from '../support/odd';

const MISSING: Answer = {
  status: 400,
  body: {
    error: {
      code: 100,
      error_subcode: 33,
      message:
        "Unsupported get request. Object with ID '12' does not exist, cannot be loaded due to missing permissions",
    },
  },
};
const listOf = (...ids: unknown[]): Answer => ({
  body: { data: ids.map((id) => ({ id })) },
});

test('a persona that Messenger gives is alive, and the list is not read', async () => {
  const { page, calls } = await answering([{ body: { id: '12' } }]);
  expect(await personaState(page, '12')).toBe('alive');
  expect(calls).toEqual([expect.stringMatching(/^GET \/v[\d.]+\/12\?/)]);
});

const ANYTHING: [string, Answer][] = [
  ['that it does not exist', MISSING],
  ['another ID', { body: { id: '1' } }],
  ['HTML', { body: '<html></html>' }],
  ['null', { body: null }],
  ['nothing', { body: {} }],
  ['no permission', { status: 403, body: { error: { code: 10 } } }],
  ['an error', { status: 500, body: {} }],
];

describe.each(ANYTHING)('where Messenger answers %s', (_what, answer) => {
  test.each<['alive' | 'gone' | 'unsure', string, Answer]>([
    ['alive', 'has it', listOf('1', '12')],
    ['alive', 'has it, though it is not complete', listOf(null, '12')],
    ['gone', 'has only others', listOf('1', '2')],
    ['gone', 'is empty', listOf()],
    ['unsure', 'is not complete', listOf('1', null)],
    ['unsure', 'is refused', { status: 400, body: { error: { code: 190 } } }],
    ['unsure', 'is HTML', { body: '<html></html>' }],
    ['unsure', 'is null', { body: null }],
  ])('it is %s if the list %s', async (state, _how, list) => {
    const { page } = await answering([answer, list]);
    expect(await personaState(page, '12')).toBe(state);
  });
});

test('a list that breaks in the middle is no evidence', async () => {
  const cursors = { after: 'a' };
  const first = { data: [], paging: { next: 'http://next', cursors } };
  const broken = { status: 500, body: {} };
  const { page } = await answering([MISSING, { body: first }, broken]);
  expect(await personaState(page, '12')).toBe('unsure');
});

test('all of it has an end', async () => {
  takeTimers();
  const [gets, lists] = [meeting(4), meeting(4)];
  const come = (count: number) => void [gets, lists][count - 1]?.();
  const silent = await behaving((_response, _request, count) => come(count));
  const dripping = await behaving((response, _request, count) => {
    come(count);
    drip(response);
  });
  const endless = await behaving((response, { url }, count) => {
    come(count);
    if (!url?.includes('personas')) return;
    const cursors = { after: `${count}` };
    const paging = { next: 'http://next', cursors };
    setTimeout(() => sendJson(response, { data: [], paging }), 20);
  });
  const started = Date.now();
  const asking = Promise.all(
    [silent, dripping, endless].map(({ page }) => personaState(page, '12')),
  );
  await gets();
  pass(EVIDENCE_MS / 2);
  await lists();
  pass(EVIDENCE_MS / 2);
  expect(await asking).toEqual(['unsure', 'unsure', 'unsure']);
  expect(Date.now() - started).toBeLessThan(EVIDENCE_MS + 4000);
});

test('a call that hangs leaves the list its time', async () => {
  takeTimers();
  const come = meeting(2);
  const { page } = await behaving((response, { url }) => {
    if (url?.includes('personas')) sendJson(response, { data: [{ id: '12' }] });
    else void come();
  });
  const asking = personaState(page, '12');
  await come();
  pass(EVIDENCE_MS / 2);
  expect(await asking).toBe('alive');
});
