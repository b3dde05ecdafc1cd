import { createServer } from 'node:net';

import { PAGE } from '../support/bot';
import { startEmulator } from '../support/emulator';
import { createPersona, profile } from '../support/personas';
import { makeApp, USUAL_CONFIG } from './cliApp';

const NOTE = 'Note: the store of personas() could not be read';

const withStore = (code: string) =>
  USUAL_CONFIG.replace(
    'process.env.STORE ? new FolderStore(process.env.STORE) : undefined',
    code,
  );

const redisAt = (port: number) =>
  `const { createClient } = require('redis');
const client = createClient({ url: 'redis://127.0.0.1:${port}' }).on('error', () => {});
client.connect().catch(() => {});
${withStore("require('bottender-persona/redis').redisStore(client)")}`;

test.each([
  // Nothing listens there.
  ['that is down', () => 9],
  ['that takes connections and never answers', silentPort],
])(
  'with a Redis %s, list works without leases and says so',
  async (_, port) => {
    const emulator = await startEmulator();
    const adam = await createPersona(emulator, 'Adam');
    const app = makeApp(emulator.origin, {
      directory: { adam: profile('Adam') },
      config: redisAt(await port()),
    });
    const began = Date.now();
    const { status, stdout, stderr } = await app.start(['list']).ended;
    // Two seconds for the store, the rest for a machine that is busy.
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(status).toBe(0);
    expect(stdout).toContain(adam);
    expect(stdout).toContain(`1 persona on the Page ${PAGE.id}.`);
    expect(stderr).toContain(NOTE);
  },
);

const SILENT = `{ get: () => new Promise(() => {}), set: () => new Promise(() => {}), delete: () => new Promise(() => {}) }`;

test('if the store never answers, sync fails, and list says so', async () => {
  const emulator = await startEmulator();
  const app = makeApp(emulator.origin, {
    directory: { adam: profile('Adam') },
    config: withStore(SILENT),
  });
  // Side by side: each waits for the store.
  const [synced, listed] = await Promise.all([
    app.start(['sync', '--yes']).ended,
    app.start(['list']).ended,
  ]);
  expect(synced).toMatchObject({ status: 1, stdout: '' });
  expect(synced.stderr).toMatch(
    /^Error: Could not .*did not answer in time.*`npx bottender-persona doctor`/,
  );
  expect(emulator.state().personas).toEqual([]);

  expect(listed.status).toBe(0);
  expect(listed.stdout).toContain('0 personas');
  expect(listed.stderr).toContain(NOTE);
});

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function silentPort(): Promise<number> {
  const server = createServer(() => {});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('No address.');
  return address.port;
}
