import {
  createPersona,
  deletePersona,
  getPersona,
  listAll,
  personaState,
  type PersonaState,
} from '../../src/graph/personaCalls';
import { speedUpTime } from '../support/clock';
import { HANG, startFakeGraph, type Reply } from '../support/fakeGraph';
import { profile } from '../support/personas';

const REFUSED = {
  status: 400,
  body: { error: { code: 200, message: 'Permissions error' } },
};

describe('createPersona', () => {
  test('sends the profile and nothing else, and returns the ID', async () => {
    const { page, bodies } = await startFakeGraph([{ body: { id: '12' } }]);
    const listed = { ...profile('Adam'), id: '7' };
    expect(await createPersona(page, listed)).toEqual({
      ok: true,
      value: '12',
    });
    expect(JSON.parse(bodies[0] ?? '')).toEqual({
      name: 'Adam',
      profile_picture_url: profile('Adam').profilePictureUrl,
    });
  });

  test.each([
    ['no ID', {}],
    ['an empty ID', { id: '' }],
    ['a number for an ID', { id: 12 }],
    ['an ID that is none', { id: 'adam' }],
    ['HTML', '<html></html>'],
    ['null', null],
  ])('fails with %s in the answer', async (_what, body) => {
    const { page } = await startFakeGraph([{ body }]);
    expect(await createPersona(page, profile('Adam'))).toEqual({
      ok: false,
      failure: { status: 200, message: 'the response has no persona ID' },
    });
  });

  test('returns the reason of a refusal', async () => {
    const { page } = await startFakeGraph([REFUSED]);
    expect(await createPersona(page, profile('Adam'))).toMatchObject({
      ok: false,
      failure: { status: 400, code: 200 },
    });
  });
});

describe('deletePersona', () => {
  test('deletes by ID', async () => {
    const { page, calls } = await startFakeGraph([{ body: { success: true } }]);
    expect(await deletePersona(page, '12')).toEqual({ ok: true });
    expect(calls).toEqual([expect.stringMatching(/^DELETE \/v[\d.]+\/12\?/)]);
  });

  test.each(['me', '12a', 'a12', ''])('never uses %j as a path', async (id) => {
    const { page, calls } = await startFakeGraph([{ body: {} }]);
    expect(await deletePersona(page, id)).toEqual({
      ok: false,
      failure: { status: 400, message: `"${id}" is not a persona ID` },
    });
    expect(calls).toEqual([]);
  });

  test.each([['<html></html>'], [null], [{}], [{ success: false }]])(
    'can be tried again after the answer %j',
    async (body) => {
      const { page } = await startFakeGraph([{ body }]);
      expect(await deletePersona(page, '12')).toEqual({
        ok: false,
        failure: {
          status: 200,
          message: 'the response does not confirm the deletion',
          isTransient: true,
        },
      });
    },
  );

  test('succeeds if the persona is gone', async () => {
    const error = { code: 100, error_subcode: 33, message: 'gone' };
    const { page } = await startFakeGraph([{ status: 400, body: { error } }]);
    expect(await deletePersona(page, '12')).toEqual({ ok: true });
  });

  test('returns the reason of a refusal', async () => {
    const { page } = await startFakeGraph([REFUSED]);
    expect(await deletePersona(page, '12')).toMatchObject({
      ok: false,
      failure: { status: 400, code: 200 },
    });
  });
});

describe('getPersona', () => {
  test('returns the fields that the answer has', async () => {
    const { page, calls } = await startFakeGraph([{ body: { id: '12' } }]);
    expect(await getPersona(page, '12')).toEqual({
      ok: true,
      value: { id: '12', name: '', profilePictureUrl: '' },
    });
    expect(calls).toEqual([expect.stringMatching(/^GET \/v[\d.]+\/12\?/)]);
  });

  test('uses nothing but an ID as a path', async () => {
    const { page, calls } = await startFakeGraph([{ body: {} }]);
    expect(await getPersona(page, 'me')).toEqual({
      ok: false,
      failure: { status: 400, message: '"me" is not a persona ID' },
    });
    expect(calls).toEqual([]);
  });

  test('returns the reason of a refusal', async () => {
    const { page } = await startFakeGraph([REFUSED]);
    expect(await getPersona(page, '12')).toMatchObject({
      ok: false,
      failure: { status: 400, code: 200 },
    });
  });
});

describe('listAll', () => {
  const [adam, bea] = [
    { id: '1', ...profile('Adam') },
    { id: '2', ...profile('Bea') },
  ];
  /** A page of the list; names are in Graph's own case on the wire. */
  const sheet = (persona: typeof adam, paging?: object) => ({
    body: {
      data: [
        {
          id: persona.id,
          name: persona.name,
          profile_picture_url: persona.profilePictureUrl,
        },
      ],
      paging,
    },
  });
  const further = (after: string) => ({
    next: 'https://graph.facebook.com/next',
    cursors: { after },
  });
  const UNREADABLE = {
    ok: false,
    failure: { status: 200, message: 'the response is not a list of personas' },
  };
  const REPEATING = {
    ok: false,
    failure: { status: 200, message: 'the list of personas repeats itself' },
  };

  test('follows the cursors to the end, 100 personas at a time', async () => {
    const { page, calls } = await startFakeGraph(
      [sheet(adam, further('a&b')), sheet(bea, { cursors: { after: 'c' } })],
      { accessToken: 'T&K' },
    );
    expect(await listAll(page)).toEqual({
      ok: true,
      value: { personas: [adam, bea], isComplete: true },
    });
    const path = expect.stringMatching(
      /^GET \/v[\d.]+\/me\/personas\?/,
    ) as string;
    expect(calls).toEqual([path, path]);
    const queries = calls.map((call) => call.split('?')[1]);
    expect(queries).toEqual([
      'access_token=T%26K&limit=100',
      'access_token=T%26K&limit=100&after=a%26b',
    ]);
  });

  test.each([
    ['without paging', undefined],
    ['without a next page', { cursors: { after: 'c' } }],
    ['without a cursor', { next: 'https://graph.facebook.com/next' }],
  ])('ends at a page %s', async (_what, paging) => {
    const { page, calls } = await startFakeGraph([sheet(adam, paging)]);
    const list = await listAll(page);
    expect(list.ok && list.value.personas).toEqual([adam]);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['nothing in it', {}],
    ['null', null],
    ['no list in it', { data: 'personas' }],
  ])('fails with %s', async (_what, body) => {
    const { page } = await startFakeGraph([{ body }]);
    expect(await listAll(page)).toEqual(UNREADABLE);
  });

  test('fails if it would go on for ever', async () => {
    const { page, calls } = await startFakeGraph([sheet(adam, further('a'))]);
    expect(await listAll(page)).toEqual(REPEATING);
    expect(calls).toHaveLength(2);
  });

  test('fails if one of its pages fails', async () => {
    const { page } = await startFakeGraph([sheet(adam, further('a')), REFUSED]);
    expect(await listAll(page)).toMatchObject({
      ok: false,
      failure: { status: 400, code: 200 },
    });
  });
});

describe('personaState', () => {
  const GONE = {
    status: 400,
    body: { error: { code: 100, error_subcode: 33, message: 'gone' } },
  };
  const listed = (...data: object[]) => ({ body: { data } });
  const furtherThan = (data: object[]) => ({
    body: {
      data,
      paging: { next: 'https://graph.facebook.com', cursors: { after: 'a' } },
    },
  });

  test.each<[PersonaState, string, Reply[]]>([
    ['alive', 'it is found', [{ body: { id: '12' } }]],
    ['alive', 'the list has it', [GONE, furtherThan([]), listed({ id: '12' })]],
    ['gone', 'a whole list lacks it', [GONE, listed({ id: '13' })]],
    ['gone', 'a whole list is empty', [REFUSED, listed()]],
    ['unsure', 'the list has an entry without an ID', [GONE, listed({}, {})]],
    ['unsure', 'the list is refused', [GONE, REFUSED]],
    ['unsure', 'a page of it is', [GONE, furtherThan([]), REFUSED]],
  ])('is %s where %s', async (state, _what, answers) => {
    const { page, calls } = await startFakeGraph(answers);
    expect(await personaState(page, '12')).toBe(state);
    expect(calls).toHaveLength(answers.length);
  });

  test('is unsure in five seconds where a list is not answered', async () => {
    const slowDown = speedUpTime(20);
    const { page } = await startFakeGraph([GONE, HANG]);
    const begun = performance.now();
    expect(await personaState(page, '12')).toBe('unsure');
    expect(performance.now() - begun).toBeLessThan(9000);
    slowDown();
  });
});
