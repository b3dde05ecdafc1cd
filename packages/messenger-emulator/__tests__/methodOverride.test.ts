import { APP, PAGE, startEmulated, type Emulated } from './support/emulated';
import { sendRaw } from './support/rawRequest';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TOKEN = `access_token=${PAGE.accessToken}`;
const post = (
  path: string,
  body: string,
  headers: Record<string, string> = FORM,
) => sendRaw(emulated.emulator.origin, 'POST', path, headers, body);

test('a form without a Content-Type header is read as a form', async () => {
  const form = 'name=Adam&profile_picture_url=https%3A%2F%2Fa.test%2Fa.png';
  const created = await post(`/v23.0/me/personas?${TOKEN}`, form, {});
  expect(created).toMatchObject({
    status: 200,
    body: { id: expect.stringMatching(/^\d+$/) as string },
  });
  expect(emulated.emulator.state().personas).toMatchObject([{ name: 'Adam' }]);
});

test.each([
  ['query', (id: string) => post(`/v23.0/${id}?method=delete&${TOKEN}`, '')],
  ['body', (id: string) => post(`/v23.0/${id}`, `method=DELETE&${TOKEN}`)],
])('method=delete in the %s of a POST deletes', async (_, remove) => {
  const id = await emulated.persona();
  expect(await remove(id)).toMatchObject({
    status: 200,
    body: { success: true },
  });
  expect(emulated.emulator.state().personas).toMatchObject([{ deleted: true }]);
  expect(emulated.emulator.state().requests.at(-1)).toMatchObject({
    method: 'DELETE',
    path: `/${id}`,
  });
});

test('POST …/subscribed_apps?method=delete unsubscribes the Page', async () => {
  const edge = `/v23.0/${PAGE.id}/subscribed_apps`;
  await post(`${edge}?${TOKEN}`, 'subscribed_fields=messages');
  const answer = await post(
    `${edge}?method=delete&${TOKEN}`,
    'subscribed_fields=messages',
  );
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
  const left = await emulated.graph('GET', edge);
  expect(left.body).toEqual({ data: [] });
});

test('POST …/subscriptions with method=delete in the body ends the subscription', async () => {
  const { appId, appSecret } = APP;
  const answer = await post(
    `/${appId}/subscriptions`,
    `access_token=${appId}|${appSecret}&object=page&method=delete`,
  );
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
  const token = `${appId}|${appSecret}`;
  const left = await emulated.graph(
    'GET',
    `/${appId}/subscriptions`,
    undefined,
    token,
  );
  expect(left.body).toEqual({ data: [] });
});

test('a batch item can override its method too', async () => {
  const id = await emulated.persona();
  const batch = [{ method: 'POST', relative_url: `${id}?method=delete` }];
  const answer = await emulated.graph('POST', '/', { batch });
  expect(answer.body).toMatchObject([{ code: 200, body: '{"success":true}' }]);
});

test('only a POST can override its method, and only by a known one', async () => {
  const id = await emulated.persona();
  const read = await emulated.graph('GET', `/${id}?method=delete`);
  expect(read.body).toMatchObject({ id });
  const unknown = await emulated.graph('POST', `/${id}?method=purge`);
  expect(unknown.status).toBe(400);
  expect(emulated.emulator.state().personas).toMatchObject([
    { deleted: false },
  ]);
});

test('faults match the overriding method', async () => {
  const id = await emulated.persona();
  emulated.emulator.fail({ method: 'DELETE', status: 500 });
  const answer = await emulated.graph('POST', `/${id}?method=delete`);
  expect(answer.status).toBe(500);
});
