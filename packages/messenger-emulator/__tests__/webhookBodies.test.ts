import { createHmac } from 'node:crypto';
import { APP, PSID, startEmulated, type Emulated } from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

const message = () => emulated.deliveries.at(-1)?.event.message;

test('characters outside ASCII are escaped before the body is signed', async () => {
  await emulated.emulator.say(PSID, 'Grüße 😊 \u2028');
  const [delivery] = emulated.deliveries;
  expect(delivery?.text).toContain('Gr\\u00fc\\u00dfe \\ud83d\\ude0a \\u2028');
  expect(delivery?.text).toMatch(/^[\x20-\x7e]*$/);
  expect(message()).toMatchObject({ text: 'Grüße 😊 \u2028' });
  expect(delivery?.headers['x-hub-signature-256']).toBe(
    `sha256=${createHmac('sha256', APP.appSecret)
      .update(delivery?.text ?? '')
      .digest('hex')}`,
  );
});

test('slashes, <, % and @ are escaped as Meta escapes them', async () => {
  await emulated.emulator.say(PSID, 'a/b <b> 5% me@x.test');
  const text = emulated.deliveries[0]?.text;
  expect(text).toContain('a\\/b \\u003Cb> 5\\u0025 me\\u0040x.test');
  expect(text).not.toMatch(/(?<!\\)\/|[<%@]/);
  expect(message()).toMatchObject({ text: 'a/b <b> 5% me@x.test' });
});

test('with NLP enabled, texts carry an empty result', async () => {
  const configure = (nlp_enabled: boolean) =>
    emulated.graph('POST', '/me/nlp_configs', { nlp_enabled });
  await configure(true);
  await emulated.emulator.say(PSID, 'hi');
  expect(message()).toMatchObject({
    nlp: { entities: {}, traits: {}, detected_locales: [] },
  });
  await emulated.emulator.say(PSID, {
    attachments: [{ type: 'image', payload: { url: 'https://a.test/1.png' } }],
  });
  expect(message()).not.toHaveProperty('nlp');
  await configure(false);
  await emulated.emulator.say(PSID, 'hi');
  expect(message()).not.toHaveProperty('nlp');
});

test.each([
  ['user_email', 'eva@example.com', 'eva'],
  ['user_phone_number', '+15550100', 'phone'],
])(
  'a quick reply of %s is sent with its payload',
  async (type, given, other) => {
    await emulated.emulator.say(PSID, 'hi');
    await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'Yours?', quick_replies: [{ content_type: type }] },
    });
    const press = (payload: string) =>
      fetch(`${emulated.emulator.origin}/_emulator/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ psid: PSID, payload }),
      });
    await press(given);
    expect(message()).toMatchObject({
      text: given,
      quick_reply: { payload: given },
    });
    await press(other);
    expect(emulated.deliveries.at(-1)?.event).toHaveProperty('postback');
  },
);

test('every field of the Page webhook can be subscribed to', async () => {
  const subscribed_fields = ['feed', 'leadgen', 'messages', 'send_cart'];
  const edge = '/me/subscribed_apps';
  const answer = await emulated.graph('POST', edge, { subscribed_fields });
  expect(answer.status).toBe(200);
});
