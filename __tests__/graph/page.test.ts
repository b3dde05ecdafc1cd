import { UnknownPageError } from 'bottender-persona';

import {
  pageIdOf,
  pageOf,
  pageRefOf,
  withToken,
  type PageContext,
  type PageRef,
} from '../../src/graph/page';
import { advanceTime } from '../support/clock';
import { type FakeGraph, startFakeGraph } from '../support/fakeGraph';

const JASPERS = { body: { id: '100', name: "Jasper's Market" } };
const REFUSED = { status: 400, body: { error: { code: 190, message: 'Bad' } } };
const BUSY = { status: 500, body: { error: { code: 2, message: 'Busy' } } };

/** The Page of a context of Messenger. */
function refOf(
  { client }: FakeGraph,
  rest: Partial<PageContext> = {},
  accessToken?: string,
): PageRef {
  const event = { pageId: '1' };
  const context = { platform: 'messenger', client, event, session: null };
  const ref = pageRefOf({ ...context, ...rest }, accessToken);
  if (!ref) throw new Error('it has none');
  return ref;
}

describe('whether a context has a Messenger Page', () => {
  const makesPersonas = { createPersona: () => Promise.resolve({ id: '1' }) };

  test.each<[boolean, string, object]>([
    [true, 'on Messenger', { platform: 'messenger', client: makesPersonas }],
    [false, 'on LINE', { platform: 'line', client: makesPersonas }],
    [false, 'without a client', { platform: 'messenger' }],
    [false, 'with a client of less', { platform: 'messenger', client: {} }],
  ])('(%s) %s', (has, _where, context) => {
    const ref = pageRefOf(context as PageContext);
    expect(ref).toEqual(has ? { client: makesPersonas } : undefined);
  });
});

describe('the Page of an event', () => {
  test.each<[string, Partial<PageContext>, string | undefined]>([
    ['the event', {}, '1'],
    ['the session', { event: {}, session: { page: { id: '2' } } }, '2'],
    [
      'the session, without an event',
      { event: null, session: { page: { id: '2' } } },
      '2',
    ],
    ['nothing', { event: { pageId: null }, session: {} }, undefined],
    ['nothing, not even a session', { event: {} }, undefined],
    ['nothing that is no ID', { event: { pageId: '' } }, undefined],
    [
      'the session, where the event has no ID',
      { event: { pageId: 'me' }, session: { page: { id: '2' } } },
      '2',
    ],
  ])('is known from %s', async (_what, context, id) => {
    const answers = await startFakeGraph([JASPERS]);
    expect(refOf(answers, context).id).toBe(id);
  });

  test('needs no call if the event contains it', async () => {
    const answers = await startFakeGraph([JASPERS]);
    const { client } = answers;
    expect(pageOf(refOf(answers))).toEqual({ id: '1', client });
    expect(answers.calls).toEqual([]);
  });

  test('is looked up if the event does not contain it', async () => {
    const answers = await startFakeGraph([JASPERS]);
    const { client } = answers;
    const page = await pageOf(refOf(answers, { event: {} }));
    expect(page).toEqual({ id: '100', client });
  });

  test('is looked up if the token is not that of the event’s Page', async () => {
    const answers = await startFakeGraph([JASPERS]);
    const page = await pageOf(refOf(answers, {}, 'OTHER'));
    expect(page.id).toBe('100');
    expect(page.client.accessToken).toBe('OTHER');
    expect(answers.calls).toEqual([
      expect.stringMatching(/\/me\?access_token=OTHER$/),
    ]);
  });
});

describe('the Page of a token', () => {
  test('is looked up once per token, however many callers and clients there are', async () => {
    const { client, calls } = await startFakeGraph([JASPERS], {
      accessToken: 'T&K',
    });
    const clone = Object.create(client) as typeof client;
    const ids = await Promise.all([pageIdOf(client), pageIdOf(clone)]);
    expect([...ids, await pageIdOf(client)]).toEqual(['100', '100', '100']);
    expect(calls).toEqual([
      expect.stringMatching(/^GET \/v[\d.]+\/me\?access_token=T%26K$/),
    ]);
  });

  test('is looked up for any client, whatever its token is called', async () => {
    const [one, two] = [
      await startFakeGraph([JASPERS]),
      await startFakeGraph([{ body: { id: '200' } }]),
    ];
    expect(await pageIdOf(one.client)).toBe('100');
    expect(await pageIdOf(two.client)).toBe('200');
  });

  test.each([
    ['HTML', '<html>Sign in</html>'],
    ['nothing', {}],
    ['null', null],
    ['a number for an ID', { id: 100 }],
    ['an ID that is none', { id: 'me' }],
    ['a list', [{ id: '100' }]],
  ])(
    'is looked up again after an answer without an ID: %s',
    async (_what, body) => {
      const { client } = await startFakeGraph([{ body }, JASPERS]);
      const error: unknown = await pageIdOf(client).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UnknownPageError);
      expect(error).toMatchObject({
        failure: { status: 200, message: 'the response has no Page ID' },
      });
      await expect(pageIdOf(client)).rejects.toBe(error);
      advanceTime(1000);
      expect(await pageIdOf(client)).toBe('100');
    },
  );

  test('fails if the client has no method for calls', async () => {
    const client = Object.create({ accessToken: 'T' }) as FakeGraph['client'];
    await expect(pageIdOf(client)).rejects.toMatchObject({
      name: 'UnknownPageError',
      // So that it is not tried again at once.
      failure: { status: undefined, isTransient: false },
    });
  });

  test('is looked up again after a transient failure', async () => {
    const { client, calls } = await startFakeGraph([BUSY, BUSY, JASPERS]);
    expect(await pageIdOf(client)).toBe('100');
    expect(calls).toHaveLength(3);
  });

  test('is looked up again after a failure, which is reported', async () => {
    const { client } = await startFakeGraph([REFUSED, JASPERS]);
    const error: unknown = await pageIdOf(client).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UnknownPageError);
    expect(error).toMatchObject({ failure: { status: 400, code: 190 } });
    await expect(pageIdOf(client)).rejects.toBe(error);
    advanceTime(1000);
    expect(await pageIdOf(client)).toBe('100');
  });
});

describe('a client with a token', () => {
  test.each([undefined, null, '', 'TOKEN'])(
    'is the client itself with the token %p',
    async (accessToken) => {
      const { client } = await startFakeGraph([JASPERS]);
      expect(withToken(client, accessToken)).toBe(client);
    },
  );

  test('is like the client, which keeps its own token', async () => {
    const { client } = await startFakeGraph([JASPERS]);
    const other = withToken(client, 'OTHER');
    expect(other.accessToken).toBe('OTHER');
    expect(Object.keys(other)).toContain('accessToken');
    expect(other.axios).toBe(client.axios);
    expect(client.accessToken).toBe('TOKEN');
  });
});
