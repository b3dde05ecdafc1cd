import {
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

const INVALID = { status: 400, code: 100 };
const PHOTO = 'https://www.facebook.com/photo.php?fbid=1';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

function send(payload: object): Promise<GraphResponse> {
  return emulated.graph('POST', '/me/messages', {
    recipient: { id: PSID },
    message: { attachment: { type: 'template', payload } },
  });
}

const withButton = (button: object) => ({
  template_type: 'button',
  text: 'x',
  buttons: [button],
});
const generic = (...elements: object[]) => ({
  template_type: 'generic',
  elements,
});
const media = (...elements: object[]) => ({ template_type: 'media', elements });

/** As Meta's sample sends it. */
const RECEIPT = {
  template_type: 'receipt',
  recipient_name: 'Peter Chang',
  order_number: 'order7',
  currency: 'USD',
  payment_method: 'Visa 1234',
  timestamp: '1428444852',
  elements: [{ title: 'Oculus Rift', quantity: 1, price: 599 }],
  summary: { subtotal: 698.99, total_cost: 626.66 },
};

describe('takes', () => {
  test.each<[string, object]>([
    [
      'a link',
      withButton({
        type: 'web_url',
        title: 'x'.repeat(20),
        url: 'https://x.test/',
      }),
    ],
    [
      'a postback',
      withButton({
        type: 'postback',
        title: '😀'.repeat(20),
        payload: 'x'.repeat(1000),
      }),
    ],
    [
      'a number to call',
      withButton({
        type: 'phone_number',
        title: 'Call Phone Number',
        payload: '+16505551234',
      }),
    ],
    [
      'a login',
      withButton({ type: 'account_link', url: 'https://x.test/authorize' }),
    ],
    ['a logout', withButton({ type: 'account_unlink' })],
    ['a game', withButton({ type: 'game_play', title: 'Play' })],
    [
      'a card',
      generic({ title: 'x'.repeat(80), subtitle: 'y'.repeat(80), buttons: [] }),
    ],
    ['a photo of Facebook', media({ media_type: 'image', url: PHOTO })],
    ['a receipt', RECEIPT],
    ['a coupon', { template_type: 'coupon', title: '10% off' }],
    [
      'a request to notify',
      {
        template_type: 'one_time_notif_req',
        title: 'x'.repeat(65),
        payload: 'NEWS',
      },
    ],
  ])('%s', async (_what, payload) => {
    expect((await send(payload)).status).toBe(200);
  });

  test('uploaded media of this Page', async () => {
    const attachment = {
      type: 'image',
      payload: { url: 'https://x.test/x.png', is_reusable: true },
    };
    const { body } = await emulated.graph('POST', '/me/message_attachments', {
      message: { attachment },
    });
    const { attachment_id } = body;
    const answer = await send(media({ media_type: 'image', attachment_id }));
    expect(answer.status).toBe(200);
    for (const wrong of [
      { media_type: 'image', attachment_id: '1' },
      { media_type: 'image', attachment_id, url: PHOTO },
    ]) {
      expect(refusal(await send(media(wrong)))).toEqual(INVALID);
    }
  });
});

describe('refuses', () => {
  test.each<[string, object]>([
    ['a button of no type', withButton({ title: 'x', payload: 'x' })],
    [
      'a button of an unknown type',
      withButton({ type: 'element_share', title: 'x' }),
    ],
    ['a button that is none', withButton(['x'])],
    [
      'a long title',
      withButton({ type: 'postback', title: 'x'.repeat(21), payload: 'x' }),
    ],
    ['no title', withButton({ type: 'postback', payload: 'x' })],
    ['no payload', withButton({ type: 'postback', title: 'x' })],
    [
      'a long payload',
      withButton({ type: 'postback', title: 'x', payload: 'x'.repeat(1001) }),
    ],
    ['a link to nowhere', withButton({ type: 'web_url', title: 'x' })],
    [
      'no number',
      withButton({ type: 'phone_number', title: 'x', payload: 'x' }),
    ],
    [
      'a login without encryption',
      withButton({ type: 'account_link', url: 'http://x.test/' }),
    ],
    ['a title alone', generic({ title: 'x' })],
    ['no element', generic()],
    ['an element that is none', { template_type: 'generic', elements: ['x'] }],
    ['a title of 81', generic({ title: 'x'.repeat(81), subtitle: 'y' })],
    ['a subtitle of 81', generic({ title: 'x', subtitle: 'y'.repeat(81) })],
    [
      'a bad button in a card',
      generic({ title: 'x', buttons: [{ type: 'postback', title: 'x' }] }),
    ],
    [
      'two media',
      media(
        { media_type: 'image', url: PHOTO },
        { media_type: 'image', url: PHOTO },
      ),
    ],
    ['a sound', media({ media_type: 'audio', url: PHOTO })],
    ['no media', media({ media_type: 'image' })],
    [
      'a photo from elsewhere',
      media({ media_type: 'image', url: 'https://notfacebook.com/x.png' }),
    ],
    ...['recipient_name', 'order_number', 'currency', 'payment_method'].map(
      (name): [string, object] => [
        `a receipt without ${name}`,
        { ...RECEIPT, [name]: undefined },
      ],
    ),
    ['a receipt without a sum', { ...RECEIPT, summary: { subtotal: 1 } }],
    ['a receipt of 101', { ...RECEIPT, elements: Array(101).fill({}) }],
    ['a coupon for nothing', { template_type: 'coupon' }],
    [
      'a long request to notify',
      {
        template_type: 'one_time_notif_req',
        title: 'x'.repeat(66),
        payload: 'x',
      },
    ],
  ])('%s', async (_what, payload) => {
    expect(refusal(await send(payload))).toEqual(INVALID);
  });
});

describe('a Messenger profile', () => {
  const set = (profile: object) =>
    emulated.graph('POST', '/me/messenger_profile', profile);
  const menu = (...items: object[]) => ({
    get_started: { payload: 'START' },
    persistent_menu: [{ locale: 'default', call_to_actions: items }],
  });
  const item = { type: 'postback', title: 'A title of its own', payload: 'x' };
  const question = { question: 'Where?', payload: 'WHERE' };

  test.each<[string, object]>([
    [
      'a greeting of 194 characters, as Meta’s sample has it',
      { greeting: [{ locale: 'default', text: 'x'.repeat(194) }] },
    ],
    ['a login page', { account_linking_url: 'https://bot.test/login' }],
    ['20 entries', menu(...Array<object>(20).fill(item))],
    ['4 questions', { ice_breakers: Array(4).fill(question) }],
    [
      'a menu without entries',
      {
        get_started: { payload: 'START' },
        persistent_menu: [{ locale: 'default', composer_input_disabled: true }],
      },
    ],
  ])('takes %s', async (_what, profile) => {
    expect((await set(profile)).status).toBe(200);
  });

  test.each<[string, object]>([
    ['a Get Started without payload', { get_started: {} }],
    ['21 entries', menu(...Array<object>(21).fill(item))],
    ['an entry to call', menu({ ...item, type: 'phone_number' })],
    ['a nested entry', menu({ ...item, type: 'nested' })],
    ['an entry without a title', menu({ ...item, title: '' })],
    [
      'entries that are no list',
      {
        get_started: { payload: 'START' },
        persistent_menu: [{ locale: 'default', call_to_actions: {} }],
      },
    ],
    [
      'no default menu',
      {
        get_started: { payload: 'START' },
        persistent_menu: [{ locale: 'de_DE', call_to_actions: [item] }],
      },
    ],
    ['5 questions', { ice_breakers: Array(5).fill(question) }],
    ['a question without payload', { ice_breakers: [{ question: 'Where?' }] }],
    [
      'no default questions',
      { ice_breakers: [{ locale: 'de_DE', call_to_actions: [question] }] },
    ],
    ['ice breakers that are no list', { ice_breakers: {} }],
    [
      'a login page without https',
      { account_linking_url: 'http://bot.test/login' },
    ],
    ['a login page that is none', { account_linking_url: {} }],
    ['no default greeting', { greeting: [{ locale: 'de_DE', text: 'Hallo' }] }],
    ['a greeting without text', { greeting: [{ locale: 'default' }] }],
    ['a greeting that is no list', { greeting: 'Hello' }],
  ])('refuses %s, and keeps the earlier value', async (_what, profile) => {
    await set({ get_started: { payload: 'BEFORE' } });
    expect(refusal(await set(profile))).toEqual(INVALID);
    const { body } = await emulated.graph(
      'GET',
      '/me/messenger_profile?fields=get_started,greeting,persistent_menu,ice_breakers',
    );
    expect(body.data).toEqual([{ get_started: { payload: 'BEFORE' } }]);
  });
});
