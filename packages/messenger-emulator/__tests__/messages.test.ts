import {
  APP,
  OTHER_PAGE,
  PAGE,
  PERSONA,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

let emulated: Emulated;
beforeEach(async () => {
  emulated = await startEmulated({ european: ['1400000000000002'] });
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

function send(fields: object, token?: string): Promise<GraphResponse> {
  const body = { recipient: { id: PSID }, ...fields };
  return emulated.graph('POST', '/v6.0/me/messages', body, token);
}

function lastEntry() {
  return emulated.emulator.state().conversations.at(-1)?.entries.at(-1);
}

const INVALID = { status: 400, code: 100 };

test('a text is sent as the Page', async () => {
  const answer = await send({ message: { text: 'hello' } });
  expect(answer).toEqual({
    status: 200,
    body: {
      recipient_id: PSID,
      message_id: expect.stringMatching(/^m_/) as string,
    },
  });
  expect(lastEntry()).toEqual({
    from: 'page',
    persona: null,
    message: { text: 'hello' },
    mid: answer.body.message_id,
    at: expect.any(Number) as number,
  });
});

test('a text with a persona_id is sent as the persona', async () => {
  const id = await emulated.persona();
  await send({ message: { text: 'hello' }, persona_id: id });
  expect(lastEntry()).toMatchObject({
    from: 'persona',
    persona: { id, name: PERSONA.name },
  });
});

test("parameters can be in the query or a form, with single quotes as in Meta's examples", async () => {
  const id = await emulated.persona();
  const fields = new URLSearchParams({
    recipient: `{ 'id':'${PSID}' }`,
    sender_action: 'typing_on',
    persona_id: id,
    access_token: PAGE.accessToken,
  });
  const url = `${emulated.emulator.origin}/${PAGE.id}/messages`;
  const query = await fetch(`${url}?${fields.toString()}`, { method: 'POST' });
  expect(query.status).toBe(200);
  fields.delete('sender_action');
  fields.set('message', `{'text':'it\\'s "me"'}`);
  const form = await fetch(url, { method: 'POST', body: fields });
  expect(form.status).toBe(200);
  expect(lastEntry()?.message).toEqual({ text: 'it\'s "me"' });
});

describe('refuses', () => {
  test.each<[string, object]>([
    ['neither message nor sender_action', {}],
    ['both of them', { message: { text: 'x' }, sender_action: 'typing_on' }],
    ['no recipient', { recipient: undefined, message: { text: 'x' } }],
    ['an empty recipient', { recipient: {}, message: { text: 'x' } }],
    ['a recipient that is no object', { recipient: 7, message: { text: 'x' } }],
    ['a text of 2,001 characters', { message: { text: 'x'.repeat(2001) } }],
    ['a persona_id that is no ID', { message: { text: 'x' }, persona_id: {} }],
    ['an unknown sender action', { sender_action: 'dance' }],
    [
      'an unknown messaging_type',
      { messaging_type: 'X', message: { text: 'x' } },
    ],
    [
      'MESSAGE_TAG without a tag',
      { messaging_type: 'MESSAGE_TAG', message: { text: 'x' } },
    ],
    ['a tag that Meta does not list', { tag: 'X', message: { text: 'x' } }],
    [
      'metadata of 1,001 characters',
      { message: { text: 'x', metadata: 'x'.repeat(1001) } },
    ],
    [
      '14 quick replies',
      {
        message: {
          text: 'x',
          quick_replies: Array.from({ length: 14 }, () => quickReply()),
        },
      },
    ],
    [
      'a quick reply without a title',
      {
        message: {
          text: 'x',
          quick_replies: [{ content_type: 'text', payload: 'P' }],
        },
      },
    ],
    [
      'a quick reply with a payload of 1,001 characters',
      offering({ payload: 'x'.repeat(1001) }),
    ],
    [
      'a quick reply of an unknown type',
      { message: { text: 'x', quick_replies: [{ content_type: 'x' }] } },
    ],
    [
      'an attachment of an unknown type',
      { message: { attachment: { type: 'x' } } },
    ],
    [
      'an attachment without content',
      { message: { attachment: { type: 'image' } } },
    ],
    ['an attachment that is no object', { message: { attachment: 'x' } }],
    [
      'an attachment by an address that is no URL',
      { message: { attachment: { type: 'image', payload: { url: 'x' } } } },
    ],
    [
      'an attachment_id that is not there',
      {
        message: {
          attachment: { type: 'image', payload: { attachment_id: '1' } },
        },
      },
    ],
    ['an unknown template', template({ template_type: 'x' })],
    [
      'a button template with 641 characters',
      template({
        template_type: 'button',
        text: 'x'.repeat(641),
        buttons: [button()],
      }),
    ],
    [
      'a button template without buttons',
      template({ template_type: 'button', text: 'x' }),
    ],
    [
      'four buttons',
      template({
        template_type: 'button',
        text: 'x',
        buttons: [button(), button(), button(), button()],
      }),
    ],
    [
      'eleven elements',
      template({
        template_type: 'generic',
        elements: Array.from({ length: 11 }, () => ({
          title: 'x',
          subtitle: 'y',
        })),
      }),
    ],
    [
      'an element without a title',
      template({ template_type: 'generic', elements: [{ subtitle: 'x' }] }),
    ],
  ])('%s', async (_what, fields) => {
    const before = lastEntry();
    expect(refusal(await send(fields))).toEqual(INVALID);
    expect(lastEntry()).toBe(before);
  });

  test('an empty message', async () => {
    const empty = { status: 400, code: 100, subcode: 2018034 };
    expect(refusal(await send({ message: {} }))).toEqual(empty);
    expect(refusal(await send({ message: { text: '' } }))).toEqual(empty);
  });

  test('a customer who has not written to this Page', async () => {
    const unknown = { status: 400, code: 100, subcode: 2018001 };
    const message = { text: 'x' };
    const stranger = await send({ recipient: { id: '1499' }, message });
    expect(refusal(stranger)).toEqual(unknown);
    const ofOther = await send({ message }, OTHER_PAGE.accessToken);
    expect(refusal(ofOther)).toEqual(unknown);
    const userRef = await send({ recipient: { user_ref: 'r' }, message });
    expect(refusal(userRef)).toEqual(unknown);
  });

  test("a persona that is unknown, deleted or another Page's, and names it", async () => {
    const deleted = await emulated.persona();
    await emulated.graph('DELETE', `/${deleted}`);
    const { accessToken } = OTHER_PAGE;
    const other = await emulated.graph(
      'POST',
      '/me/personas',
      PERSONA,
      accessToken,
    );
    for (const id of ['98765432109876543', deleted, other.body.id]) {
      const answer = await send({ message: { text: 'x' }, persona_id: id });
      expect(refusal(answer)).toEqual(INVALID);
      expect(answer.body.error?.message).toContain(`persona_id ${id}`);
    }
  });

  test.each(['mark_seen', 'react', 'unreact'])(
    '%s as a persona',
    async (action) => {
      const id = await emulated.persona();
      const answer = await send({ sender_action: action, persona_id: id });
      expect(refusal(answer)).toEqual(INVALID);
      const { mid = '' } = await emulated.emulator.say(PSID, 'hi');
      const payload = { message_id: mid, reaction: '😊' };
      const own = await send({ sender_action: action, payload });
      expect(own.status).toBe(200);
    },
  );

  test('personas for a customer in Europe, and only them', async () => {
    const id = await emulated.persona();
    const recipient = { id: '1400000000000002' };
    await emulated.emulator.say(recipient.id, 'hi');
    const refused = { status: 400, code: 10, subcode: 2018336 };
    const message = { text: 'x' };
    const asPersona = { recipient, message, persona_id: id };
    expect(refusal(await send(asPersona))).toEqual(refused);
    expect((await send({ recipient, message })).status).toBe(200);
    emulated.emulator.setEuropean(recipient.id, false);
    expect((await send(asPersona)).status).toBe(200);
    emulated.emulator.setEuropean(PSID, true);
    const typing = { sender_action: 'typing_on', persona_id: id };
    expect(refusal(await send(typing))).toEqual(refused);
  });
});

describe('takes', () => {
  test.each(['typing_on', 'typing_off'])('%s of a persona', async (action) => {
    const id = await emulated.persona();
    const answer = await send({ sender_action: action, persona_id: id });
    expect(answer).toEqual({ status: 200, body: { recipient_id: PSID } });
    expect(lastEntry()).toMatchObject({
      from: 'persona',
      persona: { id },
      senderAction: action,
    });
  });

  test.each<[string, object]>([
    ['2,000 characters', { message: { text: '😀'.repeat(2000) } }],
    ['13 quick replies', quickReplies(13)],
    ['a payload of 1,000', offering({ payload: '😀'.repeat(1000) })],
    ['a title of 21 characters', offering({ title: 'x'.repeat(21) })],
    [
      'a tag',
      {
        messaging_type: 'MESSAGE_TAG',
        tag: 'HUMAN_AGENT',
        message: { text: 'x' },
      },
    ],
    ['an update', { messaging_type: 'UPDATE', message: { text: 'x' } }],
    [
      'an image by URL',
      {
        message: {
          attachment: { type: 'image', payload: { url: 'https://x.test/y' } },
        },
      },
    ],
    [
      'a button template',
      template({ template_type: 'button', text: 'x', buttons: [button()] }),
    ],
    [
      'a generic template',
      template({
        template_type: 'generic',
        elements: [{ title: 'x', buttons: [button()] }],
      }),
    ],
  ])('%s', async (_what, fields) => {
    expect((await send(fields)).status).toBe(200);
    expect(lastEntry()?.from).toBe('page');
  });

  test('a user_ref, and does not reveal the PSID', async () => {
    await emulated.emulator.say('1400000000000003', {
      optin: { ref: 'checkout', user_ref: 'ref-1' },
    });
    const recipient = { user_ref: 'ref-1' };
    const answer = await send({ recipient, message: { text: 'thanks' } });
    expect(answer.body).toEqual({ message_id: expect.any(String) as string });
    expect(lastEntry()?.message).toEqual({ text: 'thanks' });
    const byId = await send({
      recipient: { id: '1400000000000003' },
      message: { text: 'x' },
    });
    expect(refusal(byId)).toMatchObject({ subcode: 2018001 });
  });
});

test('requests show their persona, and why they were refused', async () => {
  const id = await emulated.persona();
  await send({ message: { text: 'x' }, persona_id: id });
  await send({ message: {}, persona_id: '123' });
  const [, good, bad] = emulated.emulator.state().requests;
  expect(good).toMatchObject({
    method: 'POST',
    path: '/me/messages',
    personaId: id,
    status: 200,
    error: null,
  });
  expect(bad).toMatchObject({ personaId: '123', status: 400 });
  expect(bad?.error).toMatchObject({ code: 100, type: 'OAuthException' });
});

test('the state and the details of requests contain no token, secret or proof', async () => {
  const query = `access_token=${PAGE.accessToken}&appsecret_proof=00ff`;
  await emulated.graph('POST', `/me/messages?${query}`, {
    access_token: PAGE.accessToken,
    message: { text: `${APP.appSecret} ${PAGE.accessToken}` },
  });
  await emulated.graph('GET', `/${PAGE.accessToken}/x`);
  const rows = emulated.emulator.state().requests;
  const details = await Promise.all(
    rows.map(async ({ id }) => {
      const url = `${emulated.emulator.origin}/_emulator/requests/${id}`;
      return (await fetch(url)).text();
    }),
  );
  const all = JSON.stringify(rows) + details.join('');
  expect(rows).toHaveLength(2);
  expect(details[0]).toContain('requestBody');
  expect(all).not.toMatch(/page-token|app-secret|00ff/);
});

function quickReply() {
  return { content_type: 'text', title: 'T', payload: 'P' };
}

function offering(changed: object) {
  return {
    message: { text: 'x', quick_replies: [{ ...quickReply(), ...changed }] },
  };
}

function quickReplies(count: number) {
  const quick_replies = Array.from({ length: count }, () => quickReply());
  return { message: { text: 'x', quick_replies } };
}

function button() {
  return { type: 'postback', title: 'T', payload: 'P' };
}

function template(payload: object) {
  return { message: { attachment: { type: 'template', payload } } };
}
