import path from 'node:path';

// Importing Bottender loads `.env`.
import 'bottender';
import {
  startMessengerEmulator,
  type MessengerEmulator,
} from 'messenger-emulator';

import { startServer, type RunningServer } from './server';

const PAGE = {
  id: '100000000000001',
  name: "Jasper's Market",
  accessToken: 'emulated-page-access-token',
};

const EMULATED_APP = {
  appId: '1',
  appSecret: 'emulated-app-secret',
  verifyToken: 'emulated-verify-token',
};

const CREDENTIALS = [
  'MESSENGER_ACCESS_TOKEN',
  'MESSENGER_APP_ID',
  'MESSENGER_APP_SECRET',
  'MESSENGER_VERIFY_TOKEN',
] as const;

async function main(): Promise<void> {
  const port = portFrom('PORT', 5000);
  const missing = CREDENTIALS.filter((name) => !process.env[name]);
  if (missing.length > 0 && missing.length < CREDENTIALS.length) {
    throw new Error(
      `.env has some of the Facebook credentials, but not ${missing.join(', ')}. ` +
        `Fill them all in to talk to Messenger, or none to talk to the emulator.`,
    );
  }
  const emulator = missing.length > 0 ? await emulate(port) : undefined;
  const options = {
    publicUrl: publicUrl(port),
    hosts: (process.env.CONSOLE_HOSTS ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
    file:
      process.env.CONSOLE_FILE ||
      path.join('.sessions', `console-${port}.json`),
  };
  const server = await withPortHint('PORT', startServer(port, options)).catch(
    async (error: unknown) => {
      await emulator?.close();
      throw error;
    },
  );

  if (emulator) await subscribe(emulator, port);

  console.log(`The bot listens on http://localhost:${port}`);
  console.log(
    emulator
      ? `Chat with it at ${emulator.origin}`
      : 'It talks to Messenger, with the credentials in .env',
  );
  console.log(
    `Answer customers at http://localhost:${port}${server.consolePath}/ (the agents' console)`,
  );
  const stop = () => void end(server, emulator);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Starts a Messenger emulator and points bottender.config.js to it. */
async function emulate(botPort: number): Promise<MessengerEmulator> {
  const app = EMULATED_APP;
  const emulator = await withPortHint(
    'EMULATOR_PORT',
    startMessengerEmulator({
      ...app,
      port: portFrom('EMULATOR_PORT', 5050),
      webhookUrl: webhookUrl(botPort),
      pages: [PAGE],
    }),
  );
  Object.assign(process.env, {
    MESSENGER_PAGE_ID: PAGE.id,
    MESSENGER_ACCESS_TOKEN: PAGE.accessToken,
    MESSENGER_APP_ID: app.appId,
    MESSENGER_APP_SECRET: app.appSecret,
    MESSENGER_VERIFY_TOKEN: app.verifyToken,
    MESSENGER_ORIGIN: emulator.origin,
  });
  return emulator;
}

/**
 * Subscribes the emulated app, as `npx bottender messenger webhook set` does for a
 * real one. The agents' console needs the fields after the first two.
 */
async function subscribe(
  { origin }: MessengerEmulator,
  botPort: number,
): Promise<void> {
  const { appId, appSecret, verifyToken } = EMULATED_APP;
  const answer = await fetch(`${origin}/${appId}/subscriptions`, {
    method: 'POST',
    body: new URLSearchParams({
      access_token: `${appId}|${appSecret}`,
      object: 'page',
      callback_url: webhookUrl(botPort),
      verify_token: verifyToken,
      fields:
        'messages,messaging_postbacks,message_echoes,message_deliveries,message_reads',
    }),
  });
  if (!answer.ok) {
    throw new Error(`The bot cannot subscribe: ${await answer.text()}`);
  }
}

function webhookUrl(port: number): string {
  return `http://127.0.0.1:${port}/webhooks/messenger`;
}

async function end(
  server: RunningServer,
  emulator: MessengerEmulator | undefined,
): Promise<void> {
  await server.close();
  await emulator?.close();
}

/** Where others reach the bot, without a slash at the end. */
function publicUrl(port: number): string {
  const given = process.env.PUBLIC_URL || `http://127.0.0.1:${port}`;
  if (URL.canParse(given) && /^https?:/.test(given)) {
    return given.replace(/\/+$/, '');
  }
  throw new Error(`PUBLIC_URL must be an http(s) URL, but it is "${given}".`);
}

function portFrom(name: string, fallback: number): number {
  const given = process.env[name];
  if (given === undefined || given === '') return fallback;
  const port = Number(given);
  // With 0 the bot and the emulator would not know each other's port.
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Error(`${name} must be a port number, but it is "${given}".`);
}

/** Adds to an error about a port which variable to set. */
async function withPortHint<T>(
  variable: string,
  starting: Promise<T>,
): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    if (!(error instanceof Error && /EADDRINUSE|EACCES/.test(error.message))) {
      throw error;
    }
    throw new Error(`${error.message}. Set ${variable} to a free port.`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
