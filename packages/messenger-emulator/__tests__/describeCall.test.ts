import { PAGE, PSID, startEmulated, type Emulated } from './support/emulated';

let emulated: Emulated;

beforeAll(async () => {
  emulated = await startEmulated();
});

afterAll(() => emulated.close());

/** What the row of the latest call says of it. */
async function hint(path: string, body?: object): Promise<string | undefined> {
  await emulated.graph(body ? 'POST' : 'GET', path, body);
  return emulated.emulator.state().requests.at(-1)?.hint;
}

const attachment = { type: 'template', payload: { template_type: 'generic' } };

test.each([
  ['a text', { message: { text: 'Hello' } }, 'Hello'],
  ['a message in a form', { message: '{"text":"Hello"}' }, 'Hello'],
  ['a template', { message: { attachment } }, 'generic template'],
  [
    'images',
    { message: { attachments: [{ type: 'image', payload: {} }] } },
    'image',
  ],
  ['a sticker', { message: { sticker_id: 369239263222822 } }, 'sticker'],
  ['an action', { sender_action: 'typing_on' }, 'typing_on'],
  ['nothing', {}, ''],
  ['what is no message', { message: { text: [], attachment: 'x' } }, ''],
])('%s', async (_what, body, expected) => {
  const sent = { recipient: { id: PSID }, ...body };
  expect(await hint('/me/messages', sent)).toBe(expected);
});

test('other calls show a name, fields or the number of items', async () => {
  const persona = { name: 'Adam Z.', profile_picture_url: 'none' };
  expect(await hint('/me/personas', persona)).toBe('Adam Z.');
  expect(await hint('/me?fields=id,name')).toBe('id,name');
  const batch = [{ method: 'GET', relative_url: 'me' }];
  expect(await hint('/', { batch })).toBe('1 calls');
});

test('is short and contains no secrets', async () => {
  const long = { message: { text: `${PAGE.accessToken} ${'a'.repeat(300)}` } };
  const said = await hint('/me/messages', long);
  expect(said).not.toContain(PAGE.accessToken);
  expect(said).toHaveLength(121);
});
