// Talks to the app in the current folder, which Bottender's own command starts,
// and prints who said what. An ES module, because the package serves those too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

import { InvalidPersonaError, personas } from 'bottender-persona';
import { startMessengerEmulator } from 'messenger-emulator';

if (typeof personas !== 'function') throw new Error('no named export');
if (!(InvalidPersonaError.prototype instanceof Error))
  throw new Error('no error');

const app = { appId: '1', appSecret: 'app-secret', verifyToken: 'verify' };
const page = { id: '100000000000001', name: 'Page', accessToken: 'page-token' };
const emulator = await startMessengerEmulator({ ...app, pages: [page] });
// After the emulator has its own, which could be the same one.
const port = await freePort();
emulator.setWebhookUrl(`http://127.0.0.1:${port}/webhooks/messenger`);
const bottender = path.resolve('node_modules/bottender/bin/cli.js');
const bot = spawn(process.execPath, [bottender, 'start', '--port', port], {
  env: {
    ...process.env,
    MESSENGER_ACCESS_TOKEN: page.accessToken,
    MESSENGER_APP_ID: app.appId,
    MESSENGER_APP_SECRET: app.appSecret,
    MESSENGER_VERIFY_TOKEN: app.verifyToken,
    MESSENGER_ORIGIN: emulator.origin,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(bot.stdout, 'data');

const said = [];
for (const word of ['hello', 'agent', 'hello', 'specialist']) {
  const before = spoken().length;
  await emulator.say('1001', word);
  await emulator.waitFor(() => spoken().length > before, 10_000);
}
await emulator.waitFor(({ personas: all }) =>
  all.some(({ name, deleted }) => name === 'Dr. Pear' && deleted),
);
for (const { persona, message } of spoken()) {
  said.push(`${persona?.name ?? 'Page'}: ${message.text}`);
}
bot.kill();
await emulator.close();
console.log(JSON.stringify(said));

function spoken() {
  const [conversation] = emulator.state().conversations;
  return (
    conversation?.entries.filter(
      ({ from, message }) => from !== 'user' && message,
    ) ?? []
  );
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  return free;
}
