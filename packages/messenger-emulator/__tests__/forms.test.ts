import { PAGE, PSID, startEmulated, type Emulated } from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

const TOKEN = `access_token=${PAGE.accessToken}`;

async function post(path: string, body: string | FormData) {
  const response = await fetch(emulated.emulator.origin + path, {
    method: 'POST',
    headers:
      typeof body === 'string'
        ? { 'content-type': 'application/x-www-form-urlencoded' }
        : {},
    body,
  });
  return { status: response.status, body: (await response.json()) as object };
}
const last = () =>
  emulated.emulator.state().conversations[0]?.entries.at(-1)?.message;

test('brackets, as PHP and curl write them', async () => {
  const sent = await post(
    '/me/messages',
    `${TOKEN}&recipient[id]=${PSID}&message[text]=x&message[quick_replies][0][content_type]=text&message[quick_replies][0][title]=Yes&message[quick_replies][0][payload]=YES`,
  );
  expect(sent).toMatchObject({ status: 200 });
  expect(last()).toEqual({
    text: 'x',
    quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'YES' }],
  });
  const escaped = `${TOKEN}&recipient%5Bid%5D=${PSID}&message%5Btext%5D=y`;
  expect(await post('/me/messages', escaped)).toMatchObject({ status: 200 });
  const form = new FormData();
  form.set('access_token', PAGE.accessToken);
  form.set('recipient[id]', PSID);
  form.set('message[text]', 'z');
  expect(await post('/me/messages', form)).toMatchObject({ status: 200 });
  expect(last()).toEqual({ text: 'z' });
});

test('lists without numbers', async () => {
  const fields = 'subscribed_fields[]=messages&subscribed_fields[]=feed';
  await post('/me/subscribed_apps', `${TOKEN}&${fields}`);
  const { body } = await emulated.graph('GET', '/me/subscribed_apps');
  expect(body).toMatchObject({
    data: [{ subscribed_fields: ['messages', 'feed'] }],
  });
});

test.each([
  ['prototypes', 'recipient[__proto__][id]=1'],
  ['deep ones', `recipient${'[a]'.repeat(1000)}=1`],
  ['open ones', 'recipient[id=1'],
  ['many', 'recipient[a]=1&'.repeat(20_000)],
])('brackets without a meaning: %s', async (_, fields) => {
  const answer = await post(
    '/me/messages',
    `${TOKEN}&message[text]=x&${fields}`,
  );
  expect(answer).toMatchObject({ status: 400 });
});
