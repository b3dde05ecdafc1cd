import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  OTHER_PAGE,
  PAGE,
  PSID,
  refusal,
  startEmulated,
  type Emulated,
  type GraphResponse,
} from './support/emulated';

const MINUTE = 60_000;
const INVALID = { status: 400, code: 100 };

let emulated: Emulated;
/** The bot's account for the code CODE. */
let loginPage: string;
let loginServer: http.Server;

beforeEach(async () => {
  emulated = await startEmulated();
  await emulated.emulator.say(PSID, 'hi');
  emulated.deliveries.length = 0;
  loginServer = http.createServer((request, response) => {
    const query = paramsOf(`http://login${request.url}`);
    const location = `${query.get('redirect_uri')}&authorization_code=CODE`;
    response.writeHead(302, { location }).end();
  });
  await new Promise<void>((resolve) =>
    loginServer.listen(0, '127.0.0.1', () => resolve()),
  );
  const { port } = loginServer.address() as AddressInfo;
  loginPage = `http://127.0.0.1:${port}/login`;
});

afterEach(async () => {
  await emulated.close();
  loginServer.closeAllConnections();
  await new Promise((resolve) => loginServer.close(resolve));
});

function paramsOf(url: string): URLSearchParams {
  return new URL(url).searchParams;
}

/** The customer presses Log in. @returns where the login page would send them. */
function logIn(): { token: string; redirectUri: string } {
  const { url } = emulated.emulator.customer.logIn(PSID, loginPage);
  const query = paramsOf(url);
  return {
    token: query.get('account_linking_token') ?? '',
    redirectUri: query.get('redirect_uri') ?? '',
  };
}

function whoHas(token: string, accessToken?: string): Promise<GraphResponse> {
  const path = `/me?fields=recipient&account_linking_token=${token}`;
  return emulated.graph('GET', path, undefined, accessToken);
}

async function goBack(address: string): Promise<[number, string]> {
  const response = await fetch(address);
  return [response.status, await response.text()];
}

describe('a login', () => {
  test('goes through the login page and back to the bot', async () => {
    const response = await fetch(
      `${emulated.emulator.origin}/_emulator/actions`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ psid: PSID, action: 'log_in', url: loginPage }),
      },
    );
    const answer = (await response.json()) as { status: number; url: string };
    expect(answer.status).toBe(0);
    expect(answer.url.startsWith(`${loginPage}?account_linking_token=`)).toBe(
      true,
    );
    expect(emulated.deliveries).toEqual([]);
    expect(await goBack(answer.url)).toEqual([
      200,
      'You are logged in, and can close this window.\n',
    ]);
    expect(emulated.deliveries.map(({ event }) => event)).toEqual([
      {
        sender: { id: PSID },
        recipient: { id: PAGE.id },
        timestamp: expect.any(Number) as number,
        account_linking: { status: 'linked', authorization_code: 'CODE' },
      },
    ]);
  });

  test.each([
    ['https://bot.test/in', 'https://bot.test/in?'],
    ['https://bot.test/in?a=b%20c#top', 'https://bot.test/in?a=b%20c&'],
  ])('keeps the query and fragment of %s', (given, begins) => {
    const { url } = emulated.emulator.customer.logIn(PSID, given);
    expect(url.startsWith(`${begins}account_linking_token=`)).toBe(true);
    expect(new URL(url).hash).toBe(new URL(given).hash);
    const back = paramsOf(url).get('redirect_uri') ?? '';
    expect(paramsOf(back).get('account_linking_token')).toBe(
      paramsOf(url).get('account_linking_token'),
    );
  });

  test.each(['', '&authorization_code='])(
    'that fails ("%s") sends no webhook, and can be retried',
    async (without) => {
      const { redirectUri } = logIn();
      expect(await goBack(redirectUri + without)).toEqual([
        200,
        'You are not logged in, and can close this window.\n',
      ]);
      expect(emulated.deliveries).toEqual([]);
      await goBack(`${redirectUri}&authorization_code=CODE`);
      expect(emulated.deliveries).toHaveLength(1);
    },
  );

  test('succeeds once', async () => {
    const { redirectUri, token } = logIn();
    await goBack(`${redirectUri}&authorization_code=CODE`);
    const [status] = await goBack(`${redirectUri}&authorization_code=CODE`);
    expect(status).toBe(400);
    expect(emulated.deliveries).toHaveLength(1);
    expect((await whoHas(token)).status).toBe(200);
  });

  test('fails if the bot does not acknowledge the event', async () => {
    await emulated.graph('POST', '/me/subscribed_apps', {
      subscribed_fields: ['messages'],
    });
    const { redirectUri } = logIn();
    const [, text] = await goBack(`${redirectUri}&authorization_code=CODE`);
    expect(text).toBe('You are not logged in, and can close this window.\n');
    expect(emulated.deliveries).toEqual([]);
  });

  test('expires after 5 minutes', async () => {
    await emulated.close();
    emulated = await startEmulated({ now: () => 0 });
    const { redirectUri, token } = logIn();
    emulated.emulator.advance(5 * MINUTE - 1);
    expect((await whoHas(token)).status).toBe(200);
    emulated.emulator.advance(1);
    expect(refusal(await whoHas(token))).toEqual(INVALID);
    const [status] = await goBack(`${redirectUri}&authorization_code=CODE`);
    expect(status).toBe(400);
    expect(emulated.deliveries).toEqual([]);
  });

  test('is deleted by a reset', async () => {
    const { token } = logIn();
    emulated.emulator.reset();
    expect(refusal(await whoHas(token))).toEqual(INVALID);
  });

  test.each(['javascript:alert(1)', 'login'])('does not start at %s', (url) => {
    expect(() => emulated.emulator.customer.logIn(PSID, url)).toThrow(
      'must be an http(s) URL',
    );
  });
});

describe('the account_linking_token', () => {
  test('identifies the customer to its Page only', async () => {
    const { token } = logIn();
    expect(await whoHas(token)).toEqual({
      status: 200,
      body: { id: PAGE.id, recipient: PSID },
    });
    const byOther = await whoHas(token, OTHER_PAGE.accessToken);
    expect(refusal(byOther)).toEqual(INVALID);
    expect(refusal(await whoHas('guessed'))).toEqual(INVALID);
    const without = await emulated.graph('GET', '/me?fields=recipient');
    expect(refusal(without)).toEqual(INVALID);
    expect((await emulated.graph('GET', '/me')).body).toEqual({
      id: PAGE.id,
      name: PAGE.name,
    });
  });

  test('is not logged', async () => {
    const { token } = logIn();
    await whoHas(token);
    const id = emulated.emulator.state().requests.at(-1)?.id ?? '';
    const url = `${emulated.emulator.origin}/_emulator/requests/${id}`;
    const detail = await (await fetch(url)).text();
    expect(detail).toContain(PSID);
    expect(detail).not.toContain(token);
  });
});

describe('unlink_accounts', () => {
  test('unlinks without a webhook', async () => {
    const answer = await emulated.graph('POST', '/me/unlink_accounts', {
      psid: PSID,
    });
    expect(answer).toEqual({
      status: 200,
      body: { result: 'unlink account success' },
    });
    expect(emulated.deliveries).toEqual([]);
  });

  test('refuses a customer who has not written, and a missing one', async () => {
    const unlink = (body: object) =>
      emulated.graph('POST', '/me/unlink_accounts', body);
    expect(refusal(await unlink({ psid: '1' }))).toEqual({
      ...INVALID,
      subcode: 2018001,
    });
    expect(refusal(await unlink({}))).toEqual(INVALID);
  });
});
