// Talks to the bot in the current folder, and prints who said what.
import { startMessengerEmulator } from 'messenger-emulator';

const app = { appId: '1', appSecret: 'app-secret', verifyToken: 'verify' };
const page = { id: '100000000000001', name: 'Page', accessToken: 'page-token' };
const emulator = await startMessengerEmulator({ ...app, pages: [page] });
Object.assign(process.env, {
  MESSENGER_ACCESS_TOKEN: page.accessToken,
  MESSENGER_APP_SECRET: app.appSecret,
  MESSENGER_VERIFY_TOKEN: app.verifyToken,
  MESSENGER_ORIGIN: emulator.origin,
});
const { default: bot } = await import('./index.js');
const { server } = await bot.start(0);
const url = `http://127.0.0.1:${server.address().port}/webhook`;
emulator.setWebhookUrl(url);

for (const text of ['hi', 'agent', 'pears?']) {
  const before = said().length;
  await emulator.say('1001', text);
  await emulator.waitFor(() => said().length > before, 10_000);
}
await emulator.waitFor(() => alive().length === 1, 10_000);
const { status: unsigned } = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{}',
});
const verified = await verify('verify');
const guessed = await verify('guess');
// After SIGTERM the bot ends the process, so this is printed before.
process.stdout.write(
  JSON.stringify({ said: said(), alive: alive(), unsigned, verified, guessed }),
);
process.kill(process.pid, 'SIGTERM');

function said() {
  return emulator
    .state()
    .conversations.flatMap(({ entries }) => entries)
    .filter(({ from, message }) => from !== 'user' && message)
    .map(
      ({ persona, message }) => `${persona?.name ?? 'Page'}: ${message.text}`,
    );
}

async function verify(token) {
  const query = `hub.verify_token=${token}&hub.challenge=7`;
  const answer = await fetch(`${url}?${query}`);
  return answer.ok ? answer.text() : answer.status;
}

function alive() {
  const { personas } = emulator.state();
  return personas.filter(({ deleted }) => !deleted).map(({ name }) => name);
}
