import type { MessengerEmulatorOptions } from 'messenger-emulator';
import {
  OTHER_PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const TOO_LATE = { status: 400, code: 10, subcode: 2018278 };
const START = Date.parse('2026-11-25T12:00:00Z');

let emulated: Emulated;
afterEach(() => emulated.close());

/** With a clock that stands still until it is moved. */
async function start(options: Partial<MessengerEmulatorOptions>) {
  emulated = await startEmulated({ now: () => START, ...options });
}

function send(body: object = {}, token?: string): Promise<GraphResponse> {
  return emulated.graph(
    'POST',
    '/me/messages',
    { recipient: { id: PSID }, message: { text: 'hello' }, ...body },
    token,
  );
}

describe('the messaging window', () => {
  test('is open for 24 hours, and for 7 days for human agents', async () => {
    await start({ messagingWindow: true });
    const { emulator } = emulated;
    const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
    await emulator.say(PSID, 'hi');
    emulator.advance(DAY);
    expect((await send()).status).toBe(200);
    emulator.advance(1);
    expect(refusal(await send())).toEqual(TOO_LATE);
    expect((await send(tagged)).status).toBe(200);
    emulator.advance(6 * DAY - 1);
    expect((await send(tagged)).status).toBe(200);
    emulator.advance(1);
    expect(refusal(await send(tagged))).toEqual(TOO_LATE);
    expect((await send({ messaging_type: 'UTILITY' })).status).toBe(200);
    const at = emulator.state().conversations[0]?.entries.at(-1)?.at;
    expect(at).toBe(START + 7 * DAY + 1);
  });

  test.each<[string, boolean, () => Promise<unknown>]>([
    ['a message', true, () => emulated.emulator.say(PSID, 'again')],
    ['a button', true, () => emulated.emulator.customer.press(PSID, 'MORE')],
    [
      'an m.me link',
      true,
      () => emulated.emulator.customer.openLink(PSID, { ref: 'summer' }),
    ],
    [
      'Send to Messenger',
      true,
      () =>
        emulated.emulator.customer.optIn(PSID, { type: 'send_to_messenger' }),
    ],
    [
      'agreeing to notifications',
      false,
      () =>
        emulated.emulator.customer.optIn(PSID, {
          type: 'notification_messages',
          payload: 'NEWS',
        }),
    ],
    [
      'linking an account',
      false,
      () => emulated.emulator.customer.linkAccount(PSID, 'code'),
    ],
  ])('%s opens it: %s', async (_what, opens, act) => {
    await start({ messagingWindow: true });
    await emulated.emulator.say(PSID, 'hi');
    emulated.emulator.advance(2 * DAY);
    await act();
    expect((await send()).status).toBe(opens ? 200 : 400);
  });

  test('does not apply to other addresses', async () => {
    await start({ messagingWindow: true });
    const { customer } = emulated.emulator;
    await emulated.emulator.say(PSID, 'hi');
    const { token } = await customer.optIn(PSID, {
      type: 'one_time_notif_req',
      payload: 'NEWS',
    });
    emulated.emulator.advance(2 * DAY);
    const recipient = { one_time_notif_token: token };
    expect((await send({ recipient })).status).toBe(200);
  });

  test('is not enforced by default', async () => {
    await start({});
    await emulated.emulator.say(PSID, 'hi');
    emulated.emulator.advance(30 * DAY);
    expect((await send()).status).toBe(200);
  });
});

describe('what expires', () => {
  test.each<[string, number, () => Promise<object>]>([
    [
      'a comment',
      7 * DAY,
      async () => {
        const { customer } = emulated.emulator;
        const item = { type: 'comment', message: 'x' } as const;
        const { comment_id } = await customer.post(PSID, item);
        return { comment_id };
      },
    ],
    [
      'a one-time token',
      365 * DAY,
      async () => {
        const { token } = await emulated.emulator.customer.optIn(PSID, {
          type: 'one_time_notif_req',
          payload: 'x',
        });
        return { one_time_notif_token: token };
      },
    ],
  ])('%s', async (_what, lasts, make) => {
    await start({});
    const [first, second] = [await make(), await make()];
    emulated.emulator.advance(lasts - 1);
    expect((await send({ recipient: first })).status).toBe(200);
    emulated.emulator.advance(1);
    expect(refusal(await send({ recipient: second }))).toEqual({
      status: 400,
      code: 100,
    });
  });
});

describe('rate limits', () => {
  const refused = { status: 400, code: 613 };

  /** Lets people write to the Page, which raises the limit. */
  async function people(count: number) {
    for (let i = 0; i < count; i += 1) {
      await emulated.emulator.say(`${PSID}${i}`, 'hi');
    }
    await emulated.emulator.say(PSID, 'hi');
  }

  test('a Page can send 300 texts per second', async () => {
    await start({ rateLimits: true });
    await people(2);
    const answers = await Promise.all(
      Array.from({ length: 301 }, () => send()),
    );
    const failed = answers.filter(({ status }) => status !== 200);
    expect(failed.map(refusal)).toEqual([refused]);
    emulated.emulator.advance(1000);
    expect((await send()).status).toBe(200);
  });

  test('a Page can send 10 audios and videos per second', async () => {
    await start({ rateLimits: true });
    await people(0);
    await emulated.emulator.say(PSID, 'hi', { pageId: OTHER_PAGE.id });
    const payload = { url: 'https://videos.test/1.mp4' };
    const video = { message: { attachment: { type: 'video', payload } } };
    const audio = { message: { attachment: { type: 'audio', payload } } };
    for (let i = 0; i < 5; i += 1) {
      expect((await send(video)).status).toBe(200);
      expect((await send(audio)).status).toBe(200);
    }
    expect(refusal(await send(video))).toEqual(refused);
    expect(refusal(await send(audio))).toEqual(refused);
    expect((await send()).status).toBe(200);
    const elsewhere = await send(video, OTHER_PAGE.accessToken);
    expect(elsewhere.status).toBe(200);
  });

  test('a Page can make 200 calls per day for each person who has written to it', async () => {
    await start({ rateLimits: true });
    const call = (token?: string) =>
      emulated.graph('GET', '/me', undefined, token);
    // Before anybody has written, the Page can be set up.
    expect((await call()).status).toBe(200);
    await people(1);
    await emulated.emulator.say(PSID, 'hi', { pageId: OTHER_PAGE.id });
    for (let i = 1; i < 400; i += 1) expect((await call()).status).toBe(200);
    const answer = await call();
    expect(refusal(answer)).toEqual({ status: 400, code: 80006 });
    expect(answer.body.error?.message).toContain('messenger api calls');
    expect((await call(OTHER_PAGE.accessToken)).status).toBe(200);
    emulated.emulator.advance(23 * HOUR);
    expect((await call()).status).toBe(400);
    emulated.emulator.advance(HOUR);
    expect((await call()).status).toBe(200);
  });

  test('the Conversations API can be read twice per second', async () => {
    await start({ rateLimits: true });
    const { mid } = await emulated.emulator.say(PSID, 'hi');
    const read = (path: string) => emulated.graph('GET', path);
    const paths = [
      '/me/conversations',
      `/t_${PSID}`,
      `/t_${PSID}/messages`,
      `/${mid}`,
    ];
    for (const path of paths) {
      emulated.emulator.advance(1000);
      expect((await read('/me/conversations')).status).toBe(200);
      expect((await read(path)).status).toBe(200);
      expect(refusal(await read(path))).toEqual(refused);
    }
    // Who is asked about is none of it.
    expect((await read(`/${PSID}`)).status).toBe(200);
  });

  test('are not enforced by default', async () => {
    await start({});
    await people(0);
    const answers = await Promise.all(
      Array.from({ length: 301 }, () => send()),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('the clock', () => {
  const move = async (body: object) => {
    const { origin } = emulated.emulator;
    const response = await fetch(`${origin}/_emulator/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as object };
  };

  test('can be advanced by scripts, and is reset', async () => {
    await start({});
    expect(await move({ advanceMs: 5000 })).toEqual({
      status: 200,
      body: { now: START + 5000 },
    });
    expect(await move({ advanceMs: 1000 })).toMatchObject({
      body: { now: START + 6000 },
    });
    emulated.emulator.reset();
    expect(await move({ advanceMs: 0 })).toMatchObject({
      body: { now: START },
    });
  });

  test.each([
    [{}],
    [{ advanceMs: -1 }],
    [{ advanceMs: 1.5 }],
    [{ advanceMs: '1' }],
    [{ advanceMs: 1e15 }],
    [{ advanceMs: 1, by: 'x' }],
  ])('is not advanced by %j', async (body) => {
    await start({});
    expect((await move(body)).status).toBe(400);
  });
});
