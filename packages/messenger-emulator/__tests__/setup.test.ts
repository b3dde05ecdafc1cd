import { MessengerClient } from 'messaging-api-messenger';
import {
  APP,
  PAGE,
  PERSONA,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
} from './support/emulated';

/** Everything here goes through the client that Bottender uses, with proofs. */
let emulated: Emulated;
let client: MessengerClient;
beforeEach(async () => {
  emulated = await startEmulated();
  const { origin } = emulated.emulator;
  client = new MessengerClient({
    ...APP,
    accessToken: PAGE.accessToken,
    origin,
  });
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

const APP_TOKEN = `${APP.appId}|${APP.appSecret}`;

test('tokens and Pages, as `bottender messenger webhook set` requests them', async () => {
  expect(await client.debugToken()).toMatchObject({
    appId: APP.appId,
    type: 'PAGE',
    isValid: true,
    expiresAt: 0,
    scopes: expect.arrayContaining(['pages_messaging']) as string[],
  });
  expect(await client.getPageInfo()).toEqual({ id: PAGE.id, name: PAGE.name });
  const asked = (input: string) =>
    emulated.graph(
      'GET',
      `/debug_token?input_token=${input}`,
      undefined,
      APP_TOKEN,
    );
  expect((await asked('x')).body).toMatchObject({ data: { is_valid: false } });
  expect((await asked(APP_TOKEN)).body).toMatchObject({
    data: { type: 'APP' },
  });
});

test('subscriptions are listed and ended', async () => {
  expect(await client.getPageSubscription()).toMatchObject({
    object: 'page',
    callbackUrl: emulated.webhookUrl,
    active: true,
  });
  const path = `/${APP.appId}/subscriptions`;
  const fields = 'messaging_postbacks';
  const other = await emulated.graph(
    'DELETE',
    path,
    { object: 'user', fields },
    APP_TOKEN,
  );
  expect(refusal(other)).toEqual({ status: 400, code: 100 });
  await emulated.graph('DELETE', path, { object: 'page', fields }, APP_TOKEN);
  const press = { postback: { title: 'x', payload: 'x' } };
  expect(await emulated.emulator.say(PSID, press)).toMatchObject({ status: 0 });
  await emulated.emulator.say(PSID, 'still here');
  await emulated.graph('DELETE', path, undefined, APP_TOKEN);
  expect(await client.getSubscriptions()).toEqual([]);
  await expect(emulated.emulator.say(PSID, 'hi')).rejects.toThrow(
    'no webhook URL',
  );
});

test('a Page is subscribed, read and unsubscribed', async () => {
  const edge = '/me/subscribed_apps';
  const wrong = await emulated.graph('POST', edge, { subscribed_fields: 'x' });
  expect(refusal(wrong)).toEqual({ status: 400, code: 100 });
  expect(refusal(await emulated.graph('POST', edge))).toEqual({
    status: 400,
    code: 100,
  });
  await emulated.graph('POST', edge, { subscribed_fields: ['messages'] });
  const { body } = await emulated.graph('GET', edge);
  expect(body).toMatchObject({
    data: [{ id: APP.appId, subscribed_fields: ['messages'] }],
  });
  await emulated.graph('DELETE', edge);
  expect((await emulated.graph('GET', edge)).body).toEqual({ data: [] });
  expect(await emulated.emulator.say(PSID, 'hi')).toMatchObject({ status: 0 });
});

test('fields without events in the emulator can be subscribed to', async () => {
  const fields = [
    'messages',
    'follow',
    'group_feed',
    'leadgen_fat',
    'marketing_message_delivery_failed',
    'marketing_message_echoes',
    'story_poll_response',
  ];
  const answer = await emulated.graph('POST', '/me/subscribed_apps', {
    subscribed_fields: fields,
  });
  expect(answer).toEqual({ status: 200, body: { success: true } });
  expect(await emulated.emulator.say(PSID, 'hi')).toMatchObject({
    status: 200,
  });
});

test('the Messenger profile is set, read and deleted', async () => {
  await expect(client.setPersistentMenu([])).rejects.toThrow('Get Started');
  await client.setGetStarted('START');
  await client.setGreeting('Hello!');
  await client.setPersistentMenu([
    { type: 'postback', title: 'Help', payload: 'HELP' },
  ]);
  expect(await client.getGetStarted()).toEqual({ payload: 'START' });
  expect(await client.getGreeting()).toEqual([
    { locale: 'default', text: 'Hello!' },
  ]);
  expect(
    await client.getMessengerProfile(['greeting', 'get_started']),
  ).toHaveLength(1);
  await expect(client.deleteGetStarted()).rejects.toThrow('Get Started');
  await client.deleteMessengerProfile(['persistent_menu', 'get_started']);
  expect(await client.getPersistentMenu()).toBeNull();
  expect(await client.getIceBreakers()).toBeNull();
});

test.each<[string, string, object | undefined]>([
  ['GET', '/me/messenger_profile', undefined],
  ['GET', '/me/messenger_profile?fields=x', undefined],
  ['POST', '/me/messenger_profile', {}],
  ['POST', '/me/messenger_profile', { home_url: 'x' }],
  ['DELETE', '/me/messenger_profile', { fields: [] }],
  ['POST', '/me/custom_user_settings', { psid: PSID }],
  ['DELETE', `/me/custom_user_settings?psid=${PSID}`, undefined],
  ['POST', '/me/nlp_configs', { model: 'KLINGON' }],
  ['POST', '/me/nlp_configs', { nlp_enabled: 'perhaps' }],
  ['POST', '/me/pass_thread_control', { recipient: { id: PSID } }],
  [
    'POST',
    '/me/pass_thread_control',
    { recipient: { id: PSID }, target_app_id: 'x' },
  ],
])('%s %s %j is refused', async (method, path, body) => {
  const answer = await emulated.graph(method, path, body);
  expect(refusal(answer)).toEqual({ status: 400, code: 100 });
});

test('a customer has a menu of its own', async () => {
  expect(await client.getUserPersistentMenu(PSID)).toBeNull();
  await client.setUserPersistentMenu(PSID, [
    { type: 'postback', title: 'Help', payload: 'HELP' },
  ]);
  expect(await client.getUserPersistentMenu(PSID)).toMatchObject([
    { locale: 'default', callToActions: [{ title: 'Help' }] },
  ]);
  await client.deleteUserPersistentMenu(PSID);
  expect(await client.getUserPersistentMenu(PSID)).toBeNull();
  await expect(client.getUserPersistentMenu('1499')).rejects.toThrow(
    'No matching user',
  );
});

test('language models are accepted', async () => {
  expect(await client.enableNLP()).toEqual({ success: true });
  expect(
    await client.setNLPConfigs({ nlpEnabled: true, model: 'ENGLISH' }),
  ).toEqual({
    success: true,
  });
});

test('a conversation that was passed on cannot be written to until control is taken back', async () => {
  expect(await client.getThreadOwner(PSID)).toMatchObject({ appId: APP.appId });
  await client.passThreadControlToPageInbox(PSID);
  expect(await client.getThreadOwner(PSID)).toMatchObject({
    appId: '263902037430900',
  });
  expect(await client.getSecondaryReceivers()).toEqual([
    { id: '263902037430900', name: 'Page Inbox' },
  ]);
  const text = { recipient: { id: PSID }, message: { text: 'x' } };
  const refused = { status: 400, code: 10, subcode: 2018300 };
  expect(refusal(await emulated.graph('POST', '/me/messages', text))).toEqual(
    refused,
  );
  await emulated.emulator.say(PSID, 'hi');
  expect(emulated.deliveries.at(-1)?.body.entry).toMatchObject([
    { standby: [{ message: { text: 'hi' } }] },
  ]);

  await client.requestThreadControl(PSID, 'please');
  await client.takeThreadControl(PSID);
  expect((await emulated.graph('POST', '/me/messages', text)).status).toBe(200);
  expect(await emulated.emulator.say(PSID, 'hi')).toMatchObject({
    status: 200,
  });
});

test('profiles of customers have the requested fields', async () => {
  await fetch(`${emulated.emulator.origin}/_emulator/customers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ psid: PSID, name: 'Grace Brewster Hopper' }),
  });
  expect(await client.getUserProfile(PSID)).toEqual({
    id: PSID,
    name: 'Grace Brewster Hopper',
    firstName: 'Grace',
    lastName: 'Brewster Hopper',
    profilePic: expect.stringContaining('http') as string,
  });
  const few = await emulated.graph('GET', `/${PSID}?fields=first_name`);
  expect(few.body).toEqual({ id: PSID, first_name: 'Grace' });
  const unknown = await emulated.graph('GET', `/${PSID}?fields=shoe_size`);
  expect(refusal(unknown)).toEqual({ status: 400, code: 100 });
  await expect(client.getUserProfile('1499')).rejects.toThrow('does not exist');
});

test("the client's own persona methods work", async () => {
  const { id } = await client.createPersona({
    name: PERSONA.name,
    profilePictureUrl: PERSONA.profile_picture_url,
  });
  expect(await client.getPersona(id)).toMatchObject({ name: PERSONA.name });
  expect(await client.getAllPersonas()).toMatchObject([{ id }]);
  await client.sendText(PSID, 'hello', { personaId: id });
  await client.typingOn(PSID, { personaId: id });
  const named: { filename: string; tag?: undefined } = { filename: 'a.png' };
  await client.sendImage(PSID, Buffer.from('png'), named);
  const answers = await client.sendBatch([
    {
      method: 'POST',
      relativeUrl: 'me/messages',
      body: { recipient: { id: PSID }, message: { text: 'x' }, personaId: id },
    },
  ]);
  expect(answers).toMatchObject([{ code: 200, body: { recipientId: PSID } }]);
  await client.deletePersona(id);
  expect(await client.getAllPersonas()).toEqual([]);
  const names = emulated.emulator
    .state()
    .conversations[0]?.entries.map(({ persona }) => persona?.name ?? null);
  expect(names).toEqual([null, 'Adam Z.', 'Adam Z.', null, 'Adam Z.']);
});
