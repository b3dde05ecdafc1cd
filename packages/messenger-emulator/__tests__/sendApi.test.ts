import {
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

let emulated: Emulated;
let mid: string;
beforeEach(async () => {
  emulated = await startEmulated();
  ({ mid } = await emulated.emulator.say(PSID, 'hi'));
});
afterEach(() => emulated.close());

const send = (fields: object): Promise<GraphResponse> =>
  emulated.graph('POST', '/me/messages', {
    recipient: { id: PSID },
    ...fields,
  });
const last = () => emulated.emulator.state().conversations[0]?.entries.at(-1);
const text = { text: 'x' };
const INVALID = { status: 400, code: 100 };
const picture = (payload: object = { url: 'https://a.test/1.png' }) => ({
  type: 'image',
  payload,
});

test.each(['TYPING_ON', 'typing_on', 'Mark_Seen'])(
  'the sender action %s, in upper case as in the reference',
  async (action) => {
    expect((await send({ sender_action: action })).status).toBe(200);
    expect(last()?.senderAction).toBe(action.toLowerCase());
  },
);

test.each(['UTILITY', 'RESPONSE', 'update'])(
  'messaging_type %s',
  async (type) => {
    const answer = await send({ message: text, messaging_type: type });
    expect(answer.status).toBe(200);
  },
);

test.each(['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'])(
  'the retired tag %s is refused',
  async (tag) => {
    const tagged = { message: text, messaging_type: 'MESSAGE_TAG', tag };
    expect(refusal(await send(tagged))).toEqual(INVALID);
    const alive = { ...tagged, tag: 'HUMAN_AGENT' };
    expect((await send(alive)).status).toBe(200);
  },
);

test('react and unreact to a message of the conversation', async () => {
  const react = { sender_action: 'react' };
  const payload = { message_id: mid, reaction: '😊' };
  expect((await send({ ...react, payload })).status).toBe(200);
  expect(last()).toMatchObject({
    senderAction: 'react',
    reaction: { mid, emoji: '😊' },
  });
  const unreact = { sender_action: 'unreact', payload: { message_id: mid } };
  expect((await send(unreact)).status).toBe(200);
  expect(last()?.reaction).toEqual({ mid });

  const elsewhere = await emulated.emulator.say(`${PSID}9`, 'hi');
  for (const wrong of [
    { payload: {} },
    { payload: { message_id: elsewhere.mid, reaction: '😊' } },
    { payload: { message_id: mid } },
    { payload: { message_id: 'm_other', reaction: '😊' } },
    { payload: { message_id: mid, reaction: 'x'.repeat(65) } },
  ]) {
    expect(refusal(await send({ ...react, ...wrong }))).toEqual(INVALID);
  }
});

test('a reusable attachment returns its ID', async () => {
  const url = 'https://a.test/1.png';
  const once = await send({ message: { attachment: picture() } });
  expect(once.body).not.toHaveProperty('attachment_id');
  const { body } = await send({
    message: { attachment: picture({ url, is_reusable: true }) },
  });
  const { attachment_id } = body;
  expect(attachment_id).toMatch(/^\d{17}$/);
  const again = { attachment: picture({ attachment_id }) };
  expect((await send({ message: again })).status).toBe(200);
  expect(last()?.message?.attachment).toMatchObject({ payload: { url } });
});

test('several images in one message', async () => {
  const attachments = [picture(), picture({ url: 'https://a.test/2.png' })];
  expect((await send({ message: { attachments } })).status).toBe(200);
  expect(last()?.message).toEqual({ attachments });
  for (const wrong of [
    [],
    {},
    [{ type: 'file', payload: { url: 'http://x' } }],
  ]) {
    const answer = await send({ message: { attachments: wrong } });
    expect(refusal(answer)).toMatchObject(INVALID);
  }
});

test('a text or an attachment, and not both', async () => {
  const both = await send({ message: { ...text, attachment: picture() } });
  expect(refusal(both)).toEqual({ ...INVALID, subcode: 2018018 });
  const attachment = picture();
  expect((await send({ message: { text: '', attachment } })).status).toBe(200);
});

test('a sticker', async () => {
  const sticker_id = 767226160478561;
  expect((await send({ message: { sticker_id } })).status).toBe(200);
  expect(last()?.message).toEqual({ sticker_id });
  const wrong = await send({ message: { sticker_id: 'like' } });
  expect(refusal(wrong)).toEqual(INVALID);
});

test('unknown keys of a message, in Messenger’s words', async () => {
  const answer = await send({ message: { ...text, txt: 'y', b: 1 } });
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: {
        message: '(#100) Invalid keys "txt, b" were found in param "message".',
        code: 100,
      },
    },
  });
});

test('the type of an attachment can be in upper case', async () => {
  const attachment = { ...picture(), type: 'IMAGE' };
  expect((await send({ message: { attachment } })).status).toBe(200);
  expect(last()?.message?.attachment).toMatchObject({ type: 'image' });
});

test('the image grid template: 2 to 6 images, one of them the hero', async () => {
  const image = { url: 'https://a.test/1.png' };
  const grid = (element: object, elements: object[] = [element]) =>
    send({
      message: {
        attachment: {
          type: 'template',
          payload: { template_type: 'image_grid', elements },
        },
      },
    });
  const hero = { ...image, is_hero_image: true };
  const good = { images: [hero, image], title: 'x'.repeat(45) };
  expect((await grid(good)).status).toBe(200);
  for (const wrong of [
    { images: [image] },
    { images: Array(7).fill(image) },
    { images: [hero, hero] },
    { images: [image, {}] },
    { ...good, title: 'x'.repeat(46) },
    { ...good, subtitle: 'x'.repeat(81) },
    { ...good, buttons: Array(4).fill({}) },
  ]) {
    expect(refusal(await grid(wrong))).toEqual(INVALID);
  }
  expect(refusal(await grid(good, [good, good]))).toEqual(INVALID);
  expect(refusal(await grid(good, []))).toEqual(INVALID);
});
