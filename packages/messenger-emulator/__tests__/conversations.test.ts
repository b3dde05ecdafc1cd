import {
  PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

const OTHER = '1400000000000002';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/;

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(OTHER, 'first');
  await emulated.emulator.say(PSID, 'hi');
  await emulated.graph('POST', '/me/messages', {
    recipient: { id: PSID },
    message: { text: 'hello' },
  });
});
afterEach(() => emulated.close());

const get = (path: string) => emulated.graph('GET', path);
const time = expect.stringMatching(TIME) as string;
const customer = {
  name: 'Customer 0001',
  email: `${PSID}@facebook.com`,
  id: PSID,
};
const page = { name: PAGE.name, email: `${PAGE.id}@facebook.com`, id: PAGE.id };

test('the conversations of a Page, the latest first', async () => {
  const all = await get(`/${PAGE.id}/conversations?platform=messenger`);
  expect(all.body).toEqual({
    data: [
      { id: `t_${PSID}`, updated_time: time },
      { id: `t_${OTHER}`, updated_time: time },
    ],
    paging: {
      cursors: {
        before: expect.any(String) as string,
        after: expect.any(String) as string,
      },
    },
  });
  const one = await get(
    `/me/conversations?user_id=${OTHER}&fields=participants`,
  );
  expect(one.body).toMatchObject({
    data: [{ id: `t_${OTHER}`, participants: { data: [{ id: OTHER }, page] } }],
  });
  expect((await get('/me/conversations?limit=1')).body).toMatchObject({
    data: [{ id: `t_${PSID}` }],
  });
  for (const limit of ['0', '-1', 'x']) {
    const answer = await get(`/me/conversations?limit=${limit}`);
    expect(refusal(answer)).toEqual({ status: 400, code: 100 });
  }
  const instagram = await get('/me/conversations?platform=instagram');
  expect(refusal(instagram)).toEqual({ status: 400, code: 100 });
});

test('the messages of a conversation, and one of them', async () => {
  const { body } = await get(`/t_${PSID}?fields=messages`);
  expect(body).toEqual({
    id: `t_${PSID}`,
    messages: {
      data: [
        { id: expect.stringMatching(/^m_/) as string, created_time: time },
        { id: expect.stringMatching(/^m_/) as string, created_time: time },
      ],
    },
  });
  const edge = await get(`/t_${PSID}/messages?fields=message,from&limit=1`);
  expect(edge.body).toMatchObject({ data: [{ message: 'hello', from: page }] });
  const [latest] = (edge.body as { data: { id: string }[] }).data;
  const one = await get(
    `/${latest?.id}?fields=id,created_time,from,to,message`,
  );
  expect(one.body).toEqual({
    id: latest?.id,
    created_time: time,
    from: page,
    to: { data: [customer] },
    message: 'hello',
  });
});

describe('lists are paged by cursor', () => {
  interface List {
    data: { id: string }[];
    paging?: {
      cursors: { before: string; after: string };
      next?: string;
      previous?: string;
    };
  }
  const list = async (path: string) => {
    const { origin } = emulated.emulator;
    const headers = { authorization: `Bearer ${PAGE.accessToken}` };
    return (await (await fetch(origin + path, { headers })).json()) as List;
  };
  const follow = (url = '') => list(url.slice(emulated.emulator.origin.length));
  const ids = ({ data }: List) => data.map(({ id }) => id);

  test('those of conversations', async () => {
    const first = await list(
      '/v23.0/me/conversations?limit=1&fields=id&platform=messenger',
    );
    expect(ids(first)).toEqual([`t_${PSID}`]);
    expect(first.paging?.previous).toBeUndefined();
    expect(first.paging?.next).toMatch(
      /\/v23\.0\/.*fields=id&platform=messenger/,
    );
    const second = await follow(first.paging?.next);
    expect(second.data).toEqual([{ id: `t_${OTHER}` }]);
    expect(second.paging?.next).toBeUndefined();
    expect(await follow(second.paging?.previous)).toEqual(first);
  });

  test('those of messages, even if others arrive in between', async () => {
    for (const text of ['1', '2', '3']) await emulated.emulator.say(PSID, text);
    const all = ids(await list(`/t_${PSID}/messages`));
    const first = await list(`/t_${PSID}/messages?limit=2`);
    await emulated.emulator.say(PSID, 'in between');
    const second = await follow(first.paging?.next);
    const third = await follow(second.paging?.next);
    expect([first, second, third].flatMap(ids)).toEqual(all);
    expect(third.paging?.next).toBeUndefined();
    expect(ids(await follow(third.paging?.previous))).toEqual(ids(second));
  });

  test.each(['/me/conversations', `/t_${PSID}/messages`])(
    '%s, of which an unknown cursor is none',
    async (path) => {
      for (const direction of ['after', 'before']) {
        const answer = await get(`${path}?${direction}=bm9ib2R5`);
        expect(refusal(answer)).toEqual({ status: 400, code: 100 });
      }
    },
  );
});

test('only the IDs of all but the latest 20 messages', async () => {
  const { mid } = await emulated.emulator.say(PSID, 'old');
  for (let i = 0; i < 20; i += 1) await emulated.emulator.say(PSID, `${i}`);
  const listed = await get(`/t_${PSID}?fields=messages.limit(100){id}`);
  expect(JSON.stringify(listed.body)).toContain(mid);
  expect(refusal(await get(`/${mid}?fields=message`))).toEqual({
    status: 400,
    code: 100,
  });
});

test('other Pages do not see them', async () => {
  const token = 'other-page-token';
  const foreign = await emulated.graph('GET', `/t_${PSID}`, undefined, token);
  expect(refusal(foreign)).toEqual({ status: 400, code: 100, subcode: 33 });
  const list = await emulated.graph(
    'GET',
    '/me/conversations',
    undefined,
    token,
  );
  expect(list.body).toEqual({ data: [] });
});

test('fields expand nested lists', async () => {
  const id = await emulated.persona('Adam');
  await emulated.persona('Bea');
  const { body } = await get('/me?fields=name,personas.limit(1){name}');
  expect(body).toEqual({
    id: PAGE.id,
    name: PAGE.name,
    personas: { data: [{ id, name: 'Adam' }] },
  });
  const all = await get('/me?fields=personas{id,name}');
  expect(all.body).toMatchObject({
    personas: { data: [{ name: 'Adam' }, { name: 'Bea' }] },
  });
});

test.each([
  'personas{',
  'personas}',
  'personas{shoe_size}',
  'shoe_size',
  'name(',
  `${'a{'.repeat(40)}`,
  `${'name,'.repeat(500)}`,
])('malformed fields: %s', async (fields) => {
  await emulated.persona();
  const answer = await get(`/me?fields=${encodeURIComponent(fields)}`);
  expect(refusal(answer)).toEqual({ status: 400, code: 100 });
});
