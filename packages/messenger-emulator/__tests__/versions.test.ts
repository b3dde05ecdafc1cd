import { PAGE, PSID, startEmulated, type Emulated } from './support/emulated';

const lines: string[] = [];
let now = Date.parse('2026-11-30T12:00:00Z');

let emulated: Emulated;
beforeEach(async () => {
  lines.length = 0;
  now = Date.parse('2026-11-30T12:00:00Z');
  emulated = await startEmulated({
    now: () => now,
    log: (line) => lines.push(line),
  });
  await emulated.emulator.say(PSID, 'hi');
});
afterEach(() => emulated.close());

const last = () => emulated.emulator.state().requests.at(-1);

test.each(['v1.0', 'v2.6', 'v2.12', 'v3.3', 'v6.0', 'v20.0'])(
  'an expired version, %s, is served and marked',
  async (version) => {
    const { status } = await emulated.graph('GET', `/${version}/me`);
    expect(status).toBe(200);
    const remark = `${version}, expired, served as v21.0`;
    expect(last()).toMatchObject({ path: '/me', version: remark });
    expect(lines.at(-1)).toBe(`GET /me (${remark}) 200`);
  },
);

test.each(['/v21.0', '/v27.0', ''])(
  'an available version, %j, is not marked',
  async (prefix) => {
    const { status } = await emulated.graph('GET', `${prefix}/me`);
    expect(status).toBe(200);
    expect(last()).not.toHaveProperty('version');
  },
);

test.each(['v0.0', 'v2.13', 'v2.80', 'v4.1', 'v28.0', 'v99.0'])(
  '%s has never existed and is refused',
  async (version) => {
    const { status, body } = await emulated.graph('GET', `/${version}/me`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 2500,
      message: 'Unknown path components: /me',
    });
    const batch = [{ method: 'GET', relative_url: `${version}/me` }];
    const whole = await emulated.graph('POST', `/${version}/`, { batch });
    expect(whole.status).toBe(400);
    const item = await emulated.graph('POST', '/', { batch });
    expect(item.body).toMatchObject([{ code: 400 }]);
  },
);

test.each([
  ['/v6.0', 'v21.0'],
  ['/v21.0', 'v21.0'],
  ['/v27.0', 'v27.0'],
  ['', 'v21.0'],
])(
  'the answer to %j names the version that answered',
  async (prefix, served) => {
    const url = `${emulated.emulator.origin}${prefix}/me`;
    for (const query of ['', `?access_token=${PAGE.accessToken}`]) {
      const { headers } = await fetch(url + query);
      expect(headers.get('facebook-api-version')).toBe(served);
    }
  },
);

test('versions end on their days, and new ones come', async () => {
  now = Date.parse('2027-02-01T00:00:00Z');
  await emulated.graph('GET', '/v21.0/me');
  expect(last()?.version).toBe('v21.0, expired, served as v22.0');
  now = Date.parse('2027-05-20T00:00:00Z');
  await emulated.graph('GET', '/v22.0/me');
  expect(last()?.version).toBe('v22.0, expired, served as v23.0');
  expect((await emulated.graph('GET', '/v28.0/me')).status).toBe(200);
});

test('several IDs at once are refused, whatever the version', async () => {
  for (const prefix of ['', '/v6.0', '/v26.0']) {
    const path = `${prefix}/?ids=${PAGE.id},${PSID}`;
    const { status, body } = await emulated.graph('GET', path);
    expect([status, body.error?.code]).toEqual([400, 100]);
  }
});
