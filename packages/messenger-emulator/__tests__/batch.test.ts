import { createHmac } from 'node:crypto';
import {
  APP,
  OTHER_PAGE,
  PAGE,
  PERSONA,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

interface ItemAnswer {
  code: number;
  headers?: { name: string; value: string }[];
  body: string;
}

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

function form(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    })
    .join('&');
}

function text(message: string, more: object = {}) {
  const fields = {
    recipient: { id: PSID },
    message: { text: message },
    ...more,
  };
  return { method: 'POST', relative_url: 'me/messages', body: form(fields) };
}

async function run(
  batch: unknown,
  more: object = {},
): Promise<(ItemAnswer | null)[]> {
  const body = { access_token: PAGE.accessToken, batch, ...more };
  const answer = await emulated.graph('POST', '/v6.0/', body, 'unused');
  expect(answer.status).toBe(200);
  return answer.body as unknown as ItemAnswer[];
}

const bodyOf = (answer?: ItemAnswer | null) =>
  JSON.parse(answer?.body ?? 'null') as Record<string, unknown>;

test('one failing item leaves the others alone', async () => {
  const answers = await run([
    text('one'),
    text('two', { persona_id: '123' }),
    { method: 'GET', relative_url: 'me/likes' },
    { method: 'GET', relative_url: '/v23.0/me?fields=name' },
    text('three'),
  ]);
  expect(answers.map((answer) => answer?.code)).toEqual([
    200, 400, 400, 200, 200,
  ]);
  expect(bodyOf(answers[0])).toMatchObject({ recipient_id: PSID });
  expect(bodyOf(answers[1])).toMatchObject({ error: { code: 100 } });
  expect(bodyOf(answers[3])).toEqual({ id: PAGE.id, name: PAGE.name });
  const said = emulated.emulator
    .state()
    .conversations[0]?.entries.map(({ message }) => message?.text);
  expect(said).toEqual(['hi', 'one', 'three']);
});

test('items and the batch are logged separately', async () => {
  await run([text('one', { persona_id: '123' }), text('two')]);
  const rows = emulated.emulator.state().requests;
  expect(rows).toMatchObject([
    {
      path: '/me/messages',
      personaId: '123',
      status: 400,
      error: { code: 100 },
    },
    { path: '/me/messages', personaId: null, status: 200, error: null },
    { path: '/', method: 'POST', status: 200, error: null },
  ]);
});

test('headers are included unless include_headers is false', async () => {
  const [withHeaders] = await run([text('x')]);
  expect(withHeaders?.headers?.[0]?.name).toBe('Content-Type');
  const [without] = await run([text('x')], { include_headers: false });
  expect(without).not.toHaveProperty('headers');
});

test('an item may have a token of its own, in its body or its URL', async () => {
  const token = OTHER_PAGE.accessToken;
  const answers = await run([
    { method: 'GET', relative_url: `me?access_token=${token}` },
    {
      ...text('x'),
      body: form({ ...PERSONA, access_token: token }),
      relative_url: 'me/personas',
    },
    { method: 'GET', relative_url: 'me?access_token=unknown' },
  ]);
  expect(bodyOf(answers[0])).toMatchObject({ id: OTHER_PAGE.id });
  expect(emulated.emulator.state().personas).toMatchObject([
    { pageId: OTHER_PAGE.id },
  ]);
  expect(bodyOf(answers[2])).toMatchObject({ error: { code: 190 } });
});

test('the proof of the batch is valid for its own token only', async () => {
  const proof = (token: string) =>
    createHmac('sha256', APP.appSecret).update(token).digest('hex');
  const answers = await run(
    [
      { method: 'GET', relative_url: 'me' },
      {
        method: 'GET',
        relative_url: `me?access_token=${OTHER_PAGE.accessToken}`,
      },
      { method: 'GET', relative_url: `me?appsecret_proof=${proof('x')}` },
    ],
    { appsecret_proof: proof(PAGE.accessToken) },
  );
  expect(answers.map((answer) => answer?.code)).toEqual([200, 200, 400]);
});

test('the batch may be JSON text in a form', async () => {
  const response = await fetch(emulated.emulator.origin, {
    method: 'POST',
    body: new URLSearchParams({
      access_token: PAGE.accessToken,
      batch: JSON.stringify([text('x')]),
      include_headers: 'false',
    }),
  });
  expect(await response.json()).toMatchObject([{ code: 200 }]);
});

test('only the first question mark of an item ends its path', async () => {
  const query = 'name=Max&profile_picture_url=https://example.com/a.png?size=2';
  const relative_url = `me/personas?${query}`;
  const answers = await run([{ method: 'POST', relative_url }]);
  const id = String(bodyOf(answers[0]).id);
  const picture = `${emulated.emulator.origin}/_emulator/pictures/${id}`;
  const { headers } = await fetch(picture, { redirect: 'manual' });
  expect(headers.get('location')).toBe('https://example.com/a.png?size=2');
});

test('an item can use the answer of another one', async () => {
  const answers = await run([
    {
      method: 'POST',
      relative_url: 'me/personas',
      body: form({ ...PERSONA }),
      name: 'create',
    },
    {
      method: 'GET',
      relative_url: '{result=create:$.id}?fields=name',
      depends_on: 'create',
    },
    text('x', { persona_id: '{result=create:$.id}' }),
  ]);
  expect(answers[0]).toBeNull();
  expect(bodyOf(answers[1])).toMatchObject({ name: PERSONA.name });
  expect(answers[2]?.code).toBe(200);
  const [persona] = emulated.emulator.state().personas;
  expect(
    emulated.emulator.state().conversations[0]?.entries[1]?.persona?.id,
  ).toBe(persona?.id);
});

test('an item that depends on a failed one is not executed', async () => {
  const answers = await run([
    { method: 'GET', relative_url: '1', name: 'fails' },
    { ...text('x'), depends_on: 'fails' },
    {
      method: 'GET',
      relative_url: 'me',
      name: 'kept',
      omit_response_on_success: false,
    },
  ]);
  expect(answers.map((answer) => answer?.code)).toEqual([400, 400, 200]);
  expect(emulated.emulator.state().conversations[0]?.entries).toHaveLength(1);
});

test.each<[string, unknown]>([
  ['an item that is no object', 'x'],
  ['an item without a method', { relative_url: 'me' }],
  ['an item without a relative_url', { method: 'GET' }],
  [
    'a batch in a batch',
    { method: 'POST', relative_url: '/', body: form({ batch: [] }) },
  ],
  ['a file that is not attached', { ...text('x'), attached_files: 'f' }],
  ['a result of nobody', { method: 'GET', relative_url: '{result=x:$.id}' }],
])('%s is refused alone', async (_what, item) => {
  const answers = await run([item, text('x')]);
  expect(answers.map((answer) => answer?.code)).toEqual([400, 200]);
});

test('more than 50 items, or no list, are refused as a whole', async () => {
  const items = Array.from({ length: 51 }, () => text('x'));
  const call = (batch: unknown) =>
    emulated.graph('POST', '/', { access_token: PAGE.accessToken, batch });
  expect(refusal(await call(items))).toMatchObject({ status: 400 });
  expect(refusal(await call(undefined))).toEqual({ status: 400, code: 100 });
  expect(refusal(await call('x'))).toEqual({ status: 400, code: 100 });
  expect(await run(items.slice(1))).toHaveLength(50);
});
