import {
  OTHER_PAGE,
  PAGE,
  PERSONA,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

interface List {
  data: { id: string; name: string }[];
  paging?: {
    cursors: { before: string; after: string };
    next?: string;
    previous?: string;
  };
}

async function list(query = ''): Promise<List> {
  const { body } = await emulated.graph('GET', `/v23.0/me/personas${query}`);
  return body as unknown as List;
}

const names = ({ data }: List) => data.map(({ name }) => name);

describe('creating', () => {
  test.each(['/me', `/${PAGE.id}`, '/v6.0/me', `/v23.0/${PAGE.id}`])(
    'at %s/personas returns an ID of digits',
    async (page) => {
      const answer = await emulated.graph('POST', `${page}/personas`, PERSONA);
      expect(answer).toEqual({
        status: 200,
        body: { id: expect.stringMatching(/^\d{17}$/) as string },
      });
    },
  );

  test("reads its parameters from the query, as in Meta's examples", async () => {
    const query = new URLSearchParams({
      ...PERSONA,
      access_token: PAGE.accessToken,
    });
    const url = `${emulated.emulator.origin}/${PAGE.id}/personas?${query.toString()}`;
    const response = await fetch(url, { method: 'POST' });
    expect(await response.json()).toEqual({ id: expect.any(String) as string });
  });

  test.each([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['a name of 51 characters', { name: 'x'.repeat(51) }],
    ['no picture', { profile_picture_url: undefined }],
    ['a picture that is no http(s) URL', { profile_picture_url: 'ftp://x/y' }],
  ])('refuses %s', async (_what, change) => {
    const body = { ...PERSONA, ...change };
    const answer = await emulated.graph('POST', '/me/personas', body);
    expect(refusal(answer)).toEqual({ status: 400, code: 100 });
    expect(emulated.emulator.state().personas).toEqual([]);
  });

  test('accepts a name of 50 characters, counted in code points', async () => {
    const body = { ...PERSONA, name: '😀'.repeat(50) };
    expect((await emulated.graph('POST', '/me/personas', body)).status).toBe(
      200,
    );
  });
});

describe('reading one', () => {
  test('returns its profile, with a picture that the emulator hosts', async () => {
    const id = await emulated.persona();
    const { body } = await emulated.graph('GET', `/${id}`);
    const picture = `${emulated.emulator.origin}/_emulator/pictures/${id}`;
    expect(body).toEqual({ id, name: 'Adam Z.', profile_picture_url: picture });
    const hosted = await fetch(picture, { redirect: 'manual' });
    expect(hosted.status).toBe(302);
    expect(hosted.headers.get('location')).toBe(PERSONA.profile_picture_url);
  });

  test('returns the requested fields, and the ID', async () => {
    const id = await emulated.persona();
    const { body } = await emulated.graph('GET', `/${id}?fields=name`);
    expect(body).toEqual({ id, name: 'Adam Z.' });
  });

  test('refuses a field that personas do not have', async () => {
    const id = await emulated.persona();
    const answer = await emulated.graph('GET', `/${id}?fields=name,age`);
    expect(refusal(answer)).toEqual({ status: 400, code: 100 });
  });

  test.each(['GET', 'DELETE'])(
    "%s of a missing persona, or another Page's, is refused with subcode 33",
    async (method) => {
      const id = await emulated.persona();
      const gone = { status: 400, code: 100, subcode: 33 };
      const { accessToken } = OTHER_PAGE;
      const ofOther = await emulated.graph(
        method,
        `/${id}`,
        undefined,
        accessToken,
      );
      expect(refusal(ofOther)).toEqual(gone);
      expect(
        refusal(await emulated.graph(method, '/12345678901234567')),
      ).toEqual(gone);
      expect((await emulated.graph('GET', `/${id}`)).status).toBe(200);
    },
  );
});

describe('listing', () => {
  test('is empty, without paging, if there are none', async () => {
    expect(await list()).toEqual({ data: [] });
  });

  test('pages by cursor, forwards and back, with next only if there is more', async () => {
    for (const name of ['A', 'B', 'C', 'D', 'E']) await emulated.persona(name);
    const first = await list('?limit=2');
    expect(names(first)).toEqual(['A', 'B']);
    expect(first.paging?.previous).toBeUndefined();

    const second = await list(`?limit=2&after=${first.paging?.cursors.after}`);
    expect(names(second)).toEqual(['C', 'D']);
    expect(second.paging).toMatchObject({
      next: expect.any(String) as string,
      previous: expect.any(String) as string,
    });

    const last = await list(`?limit=2&after=${second.paging?.cursors.after}`);
    expect(names(last)).toEqual(['E']);
    expect(last.paging?.next).toBeUndefined();
    expect(last.paging?.cursors.after).toBeDefined();

    const back = await list(`?limit=2&before=${last.paging?.cursors.before}`);
    expect(names(back)).toEqual(['C', 'D']);
    const beyond = await list(`?after=${last.paging?.cursors.after}`);
    expect(beyond).toEqual({ data: [] });
  });

  test('returns 25 by default, and at most 100', async () => {
    await Promise.all(
      Array.from({ length: 101 }, (_, i) => emulated.persona(`${i}`)),
    );
    expect((await list()).data).toHaveLength(25);
    expect((await list('?limit=101')).data).toHaveLength(100);
    for (const [asked, shown] of [
      ['', 25],
      ['.limit(101)', 100],
    ]) {
      const path = `/me?fields=personas${asked}{id}`;
      const { body } = await emulated.graph('GET', path);
      const { data } = body.personas as unknown as List;
      expect(data).toHaveLength(Number(shown));
    }
  });

  test('its next URL can be called as it is, and is logged without the token', async () => {
    for (const name of ['A', 'B', 'C']) await emulated.persona(name);
    const { paging } = await list('?limit=1&fields[]=name');
    expect(paging?.next).not.toContain('appsecret_proof');
    const next = await fetch(paging?.next ?? '');
    const page = (await next.json()) as List;
    expect(page.data).toEqual([
      { id: expect.any(String) as string, name: 'B' },
    ]);
    const { origin } = emulated.emulator;
    const { requests } = emulated.emulator.state();
    for (const { id } of requests) {
      const row = await fetch(`${origin}/_emulator/requests/${id}`);
      expect(await row.text()).not.toContain(PAGE.accessToken);
    }
  });

  test('has 25 on a page by default', async () => {
    for (let i = 0; i < 26; i += 1) await emulated.persona(`P${i}`);
    const first = await list();
    expect(first.data).toHaveLength(25);
    expect(first.paging?.next).toBeDefined();
    expect((await list('?limit=100')).data).toHaveLength(26);
  });

  test('a cursor remains valid when its persona is deleted', async () => {
    const id = await emulated.persona('A');
    await emulated.persona('B');
    const { paging } = await list('?limit=1');
    await emulated.graph('DELETE', `/${id}`);
    expect(names(await list(`?after=${paging?.cursors.after}`))).toEqual(['B']);
  });

  test.each(['limit=0', 'limit=x', 'limit=-1', 'after=nonsense', 'before=!!'])(
    'refuses %s',
    async (query) => {
      const answer = await emulated.graph('GET', `/me/personas?${query}`);
      expect(refusal(answer)).toEqual({ status: 400, code: 100 });
    },
  );

  test("returns a Page's own personas only", async () => {
    await emulated.persona();
    const { accessToken } = OTHER_PAGE;
    const others = await emulated.graph(
      'GET',
      '/me/personas',
      undefined,
      accessToken,
    );
    expect(others.body).toEqual({ data: [] });
  });
});

describe('deleting', () => {
  test('removes it from the list, and does not change its messages', async () => {
    const id = await emulated.persona();
    await emulated.emulator.say(PSID, 'hi');
    await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'hello' },
      persona_id: id,
    });
    const deleted = await emulated.graph('DELETE', `/${id}`);
    expect(deleted).toEqual({ status: 200, body: { success: true } });
    expect(await list()).toEqual({ data: [] });

    const { personas, conversations } = emulated.emulator.state();
    expect(personas).toMatchObject([{ id, deleted: true, pageId: PAGE.id }]);
    expect(conversations[0]?.entries[1]).toMatchObject({
      from: 'persona',
      persona: { id, name: 'Adam Z.' },
      message: { text: 'hello' },
    });
  });

  test('a second time is refused', async () => {
    const id = await emulated.persona();
    await emulated.graph('DELETE', `/${id}`);
    const again = await emulated.graph('DELETE', `/${id}`);
    expect(refusal(again)).toEqual({ status: 400, code: 100, subcode: 33 });
  });
});
