import type { CustomerView, JsonObject } from 'messenger-emulator';
import {
  OTHER_PAGE,
  PAGE,
  PSID,
  startEmulated,
  type Emulated,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
});
afterEach(() => emulated.close());

async function control(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(`${emulated.emulator.origin}/_emulator${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as JsonObject,
  };
}

/** The bot sets up its Messenger profile. */
async function setProfile(profile: object): Promise<void> {
  const { status } = await emulated.graph(
    'POST',
    '/me/messenger_profile',
    profile,
  );
  expect(status).toBe(200);
}

function last(): JsonObject {
  return emulated.deliveries.at(-1)?.event ?? {};
}

/** The bot writes to a customer who has written. @returns the message's ID. */
async function greet(): Promise<string> {
  await emulated.emulator.say(PSID, 'hi');
  const { body } = await emulated.graph('POST', '/me/messages', {
    recipient: { id: PSID },
    message: { text: 'hello' },
  });
  return typeof body.message_id === 'string' ? body.message_id : '';
}

const MENU = [
  {
    locale: 'default',
    composer_input_disabled: true,
    call_to_actions: [
      { type: 'postback', title: 'Talk to an agent', payload: 'CARE' },
      { type: 'web_url', title: 'Shop', url: 'https://shop.test/' },
    ],
  },
];

describe('what a customer sees', () => {
  test('is what the bot has set up, in their locale, with their name', async () => {
    await setProfile({
      get_started: { payload: 'START' },
      greeting: [
        { locale: 'default', text: 'Hallo' },
        {
          locale: 'en_US',
          text: 'Hi {{user_first_name}} {{user_last_name}}: {{user_full_name}}!',
        },
      ],
      persistent_menu: MENU,
    });
    await control('POST', '/customers', { psid: PSID, name: 'Ada $& King' });
    const shown: CustomerView = {
      psid: PSID,
      pageId: PAGE.id,
      name: 'Ada $& King',
      greeting: 'Hi Ada $& King: Ada $& King!',
      getStarted: true,
      iceBreakers: [],
      menu: [
        { type: 'postback', title: 'Talk to an agent', payload: 'CARE' },
        { type: 'web_url', title: 'Shop', url: 'https://shop.test/' },
      ],
      composerDisabled: true,
    };
    expect(emulated.emulator.customer.view(PSID)).toEqual(shown);
    expect(await control('GET', `/customers/${PSID}`)).toEqual({
      status: 200,
      body: shown,
    });
  });

  test('is 160 characters of a greeting, with the name in it', async () => {
    await setProfile({
      greeting: [
        { locale: 'default', text: `${'😀'.repeat(154)} {{user_first_name}}!` },
      ],
    });
    emulated.emulator.customer.set(PSID, { name: 'Adalbert' });
    expect(emulated.emulator.customer.view(PSID).greeting).toBe(
      `${'😀'.repeat(154)} Adalb`,
    );
  });

  test('is empty without a profile, and separate for each Page', async () => {
    await setProfile({ get_started: { payload: 'START' } });
    const path = `/customers/${PSID}?pageId=${OTHER_PAGE.id}`;
    expect(await control('GET', path)).toMatchObject({
      body: {
        pageId: OTHER_PAGE.id,
        greeting: null,
        getStarted: false,
        iceBreakers: [],
        menu: [],
        composerDisabled: false,
      },
    });
  });

  test.each([
    [[{ question: 'Where?', payload: 'WHERE' }]],
    [
      [
        {
          locale: 'default',
          call_to_actions: [{ question: 'Where?', payload: 'WHERE' }],
        },
      ],
    ],
  ])('ice breakers replace Get Started: %j', async (iceBreakers) => {
    await setProfile({
      get_started: { payload: 'START' },
      ice_breakers: iceBreakers,
    });
    const { customer } = emulated.emulator;
    expect(customer.view(PSID)).toMatchObject({
      getStarted: false,
      iceBreakers: [{ question: 'Where?', payload: 'WHERE' }],
    });
    await customer.press(PSID, 'WHERE');
    expect(last()).toMatchObject({
      sender: { id: PSID },
      postback: { title: 'Where?', payload: 'WHERE' },
    });
    expect(customer.view(PSID)).toMatchObject({
      greeting: null,
      getStarted: false,
      iceBreakers: [],
    });
  });

  test("a customer's own menu replaces the Page's", async () => {
    await setProfile({
      get_started: { payload: 'START' },
      persistent_menu: MENU,
    });
    await emulated.emulator.say(PSID, 'hi');
    const own = [{ type: 'postback', title: 'Mine', payload: 'MINE' }];
    await emulated.graph('POST', '/me/custom_user_settings', {
      psid: PSID,
      persistent_menu: [{ locale: 'default', call_to_actions: own }],
    });
    const { customer } = emulated.emulator;
    expect(customer.view(PSID)).toMatchObject({
      menu: own,
      composerDisabled: false,
    });
    await control('POST', '/messages', { psid: PSID, payload: 'MINE' });
    expect(last()).toMatchObject({
      postback: { title: 'Mine', payload: 'MINE' },
    });
  });

  test('readers of events are notified when it changes', async () => {
    const ending = new AbortController();
    const events = await fetch(`${emulated.emulator.origin}/_emulator/events`, {
      signal: ending.signal,
    });
    await setProfile({ get_started: { payload: 'START' } });
    let text = '';
    for await (const part of events.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('event: profile')) break;
    }
    expect(text).toContain(
      `event: profile\ndata: ${JSON.stringify({ pageId: PAGE.id })}\n\n`,
    );
    ending.abort();
  });
});

describe('Get Started', () => {
  test('is a postback with its payload', async () => {
    await setProfile({ get_started: { payload: 'START' } });
    const answer = await control('POST', '/actions', {
      psid: PSID,
      action: 'get_started',
    });
    expect(answer).toEqual({
      status: 200,
      body: { status: 200, mid: expect.any(String) as string },
    });
    expect(last()).toEqual({
      sender: { id: PSID },
      recipient: { id: PAGE.id },
      timestamp: expect.any(Number) as number,
      postback: {
        title: 'Get Started',
        payload: 'START',
        mid: answer.body.mid,
      },
    });
  });

  test('does not exist before the bot has set it up', async () => {
    await expect(emulated.emulator.customer.getStarted(PSID)).rejects.toThrow(
      'has no Get Started button',
    );
    expect(emulated.deliveries).toEqual([]);
  });
});

describe('an m.me link', () => {
  test('is sent with the first button of a new conversation', async () => {
    await setProfile({ get_started: { payload: 'START' } });
    const { customer } = emulated.emulator;
    expect(
      await control('POST', '/actions', {
        psid: PSID,
        action: 'open_link',
        ref: 'summer',
      }),
    ).toEqual({ status: 200, body: { status: 0 } });
    expect(emulated.deliveries).toEqual([]);
    await customer.getStarted(PSID);
    const referral = {
      ref: 'summer',
      source: 'SHORTLINK',
      type: 'OPEN_THREAD',
    };
    expect(last()).toMatchObject({
      postback: { payload: 'START', referral },
    });
    await customer.press(PSID, 'NEXT');
    expect(last().postback).not.toHaveProperty('referral');
  });

  test('is sent at once in an existing conversation', async () => {
    const { customer } = emulated.emulator;
    await emulated.emulator.say(PSID, 'hi');
    const { status } = await customer.openLink(PSID, {
      ref: 'summer',
      source: 'ADS',
      ad_id: '77',
    });
    expect(status).toBe(200);
    expect(last()).toEqual({
      sender: { id: PSID },
      recipient: { id: PAGE.id },
      timestamp: expect.any(Number) as number,
      referral: {
        ref: 'summer',
        source: 'ADS',
        type: 'OPEN_THREAD',
        ad_id: '77',
      },
    });
  });

  test('is deleted by a reset', async () => {
    await setProfile({ get_started: { payload: 'START' } });
    await emulated.emulator.customer.openLink(PSID, { ref: 'old' });
    emulated.emulator.reset();
    await emulated.emulator.customer.press(PSID, 'START');
    expect(last().postback).not.toHaveProperty('referral');
  });
});

describe('opting in', () => {
  test('by the checkbox has no sender, and can be answered', async () => {
    const { customer } = emulated.emulator;
    await customer.optIn(PSID, {
      type: 'checkbox',
      ref: 'newsletter',
      user_ref: 'visitor-1',
    });
    expect(last()).toEqual({
      recipient: { id: PAGE.id },
      timestamp: expect.any(Number) as number,
      optin: { ref: 'newsletter', user_ref: 'visitor-1' },
    });
    const answer = await emulated.graph('POST', '/me/messages', {
      recipient: { user_ref: 'visitor-1' },
      message: { text: 'Welcome' },
    });
    expect(answer.status).toBe(200);
  });

  test('by Send to Messenger has a sender', async () => {
    await control('POST', '/actions', {
      psid: PSID,
      action: 'opt_in',
      optIn: { type: 'send_to_messenger', ref: 'order-7' },
    });
    expect(last()).toMatchObject({
      sender: { id: PSID },
      optin: { ref: 'order-7' },
    });
    const answer = await emulated.graph('POST', '/me/messages', {
      recipient: { id: PSID },
      message: { text: 'Your order' },
    });
    expect(answer.status).toBe(200);
  });

  test.each(['one_time_notif_req', 'notification_messages'] as const)(
    'by %s gives a token',
    async (type) => {
      const { status, token } = await emulated.emulator.customer.optIn(PSID, {
        type,
        payload: 'NEWS',
      });
      expect(status).toBe(200);
      expect(token).toMatch(/^[0-9a-f]{32}$/);
      expect(last()).toMatchObject({
        sender: { id: PSID },
        optin: {
          type,
          payload: 'NEWS',
          [type === 'one_time_notif_req'
            ? 'one_time_notif_token'
            : 'notification_messages_token']: token,
        },
      });
    },
  );
});

test('linking an account and ending it', async () => {
  await emulated.emulator.say(PSID, 'hi');
  await control('POST', '/actions', {
    psid: PSID,
    action: 'link_account',
    authorizationCode: 'code-1',
  });
  expect(last()).toMatchObject({
    sender: { id: PSID },
    account_linking: { status: 'linked', authorization_code: 'code-1' },
  });
  await control('POST', '/actions', { psid: PSID, action: 'unlink_account' });
  expect(last().account_linking).toEqual({ status: 'unlinked' });
});

describe('reactions', () => {
  test.each([
    ['❤️', 'love'],
    ['👍', 'like'],
    ['😡', 'angry'],
    ['🦊', 'other'],
  ])('%s is sent as %s, and so is its removal', async (emoji, reaction) => {
    const mid = await greet();
    await control('POST', '/actions', {
      psid: PSID,
      action: 'react',
      mid,
      emoji,
    });
    expect(last()).toEqual({
      sender: { id: PSID },
      recipient: { id: PAGE.id },
      timestamp: expect.any(Number) as number,
      reaction: { reaction, emoji, action: 'react', mid },
    });
    await control('POST', '/actions', { psid: PSID, action: 'unreact', mid });
    expect(last().reaction).toEqual({ action: 'unreact', mid });
    const [conversation] = emulated.emulator.state().conversations;
    expect(conversation?.entries.slice(-2)).toMatchObject([
      { from: 'user', senderAction: 'react', reaction: { mid, emoji } },
      { from: 'user', senderAction: 'unreact', reaction: { mid } },
    ]);
  });
});

describe('attachments', () => {
  test('a sticker arrives as a sticker', async () => {
    const { origin } = emulated.emulator;
    await control('POST', '/messages', {
      psid: PSID,
      sticker_id: 369239263222822,
    });
    const url = `${origin}/_emulator/pictures/sticker`;
    expect(last().message).toEqual({
      mid: expect.any(String) as string,
      attachments: [
        { type: 'sticker', payload: { url, sticker_id: 369239263222822 } },
      ],
    });
    const picture = await fetch(url);
    expect(picture.headers.get('content-type')).toBe('image/svg+xml');
  });

  test("the bot can download a customer's file", async () => {
    const { origin } = emulated.emulator;
    const content = Buffer.from('GIF89a, more or less');
    const uploaded = await fetch(`${origin}/_emulator/attachments`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: content,
    });
    const { url } = (await uploaded.json()) as { url: string };
    const attachments = [{ type: 'image', payload: { url } }];
    await control('POST', '/messages', {
      psid: PSID,
      text: 'look',
      attachments,
    });
    expect(last().message).toMatchObject({ text: 'look', attachments });
    const file = await fetch(url);
    expect(file.headers.get('content-type')).toBe('image/gif');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(content);
    const own = emulated.emulator.customer.upload(content);
    expect((await fetch(own)).status).toBe(200);
  });

  test.each([
    ['application/json', 'x', 415],
    ['text/plain', 'x', 415],
    ['application/octet-stream', '', 400],
  ])('a file sent as %s (%j) is refused', async (type, body, status) => {
    const { origin } = emulated.emulator;
    const answer = await fetch(`${origin}/_emulator/attachments`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(answer.status).toBe(status);
  });
});

describe('is refused without a webhook:', () => {
  test.each<[string, string, object]>([
    ['an unknown action', '/actions', { action: 'dance' }],
    ['no action', '/actions', {}],
    ['a field of another action', '/actions', { action: 'react', ref: 'x' }],
    ['no message to react to', '/actions', { action: 'unreact', mid: 'm_1' }],
    [
      'a link from nowhere',
      '/actions',
      { action: 'open_link', ref: 'x', source: 'TV' },
    ],
    ['a long ref', '/actions', { action: 'open_link', ref: 'x'.repeat(2084) }],
    ['no code', '/actions', { action: 'link_account' }],
    ['an unknown opt-in', '/actions', { action: 'opt_in', optIn: {} }],
    ['no opt-in', '/actions', { action: 'opt_in' }],
    [
      'a checkbox without user_ref',
      '/actions',
      { action: 'opt_in', optIn: { type: 'checkbox', ref: 'x' } },
    ],
    [
      'a token of their own',
      '/actions',
      {
        action: 'opt_in',
        optIn: {
          type: 'one_time_notif_req',
          payload: 'x',
          one_time_notif_token: 'y',
        },
      },
    ],
    ['a sticker with a name', '/messages', { sticker_id: 'thumb' }],
    ['no attachments', '/messages', { attachments: [] }],
    [
      'a file that is nowhere',
      '/messages',
      { attachments: [{ type: 'image', payload: { url: 'file:///etc' } }] },
    ],
    ['another Page', '/actions', { action: 'unlink_account', pageId: '1' }],
  ])('%s', async (_what, path, body) => {
    const answer = await control('POST', path, { psid: PSID, ...body });
    expect(answer).toEqual({
      status: 400,
      body: { error: { message: expect.any(String) as string } },
    });
    expect(emulated.deliveries).toEqual([]);
  });

  test('no emoji', async () => {
    const { mid } = await emulated.emulator.say(PSID, 'hi');
    const react = (emoji: string) =>
      control('POST', '/actions', { psid: PSID, action: 'react', mid, emoji });
    expect((await react('x'.repeat(65))).status).toBe(400);
    expect(emulated.deliveries).toHaveLength(1);
  });

  test('another Page’s view', async () => {
    expect((await control('GET', `/customers/${PSID}?pageId=1`)).status).toBe(
      400,
    );
    expect((await control('GET', `/customers/${PSID}?x=1`)).status).toBe(400);
    expect((await control('GET', `/customers/${PAGE.id}`)).status).toBe(400);
  });
});
