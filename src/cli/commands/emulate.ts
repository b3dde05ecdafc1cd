import { once } from 'node:events';

import { startMessengerEmulator } from '../../emulator';
import { Failure, Misuse } from '../failure';
import { paint, print, printJson } from '../output';

/** Credentials are the emulator's own and mean nothing elsewhere. */
export const DEFAULTS = {
  webhook: 'http://127.0.0.1:5000/webhooks/messenger',
  port: '5050',
  pageId: '100000000000001',
  pageName: 'Test Page',
  accessToken: 'emulator-page-access-token',
  appId: '200000000000001',
  appSecret: 'emulator-app-secret',
  verifyToken: 'emulator-verify-token',
};

export interface EmulateOptions {
  webhook: string;
  port: string;
  pageId: string;
  pageName: string;
  accessToken: string;
  appId: string;
  appSecret: string;
  verifyToken: string;
  json?: boolean;
}

/** `emulate`: a Messenger Platform on this machine, until SIGINT or SIGTERM. */
export async function emulate(options: EmulateOptions): Promise<void> {
  const signalled = Promise.race([
    once(process, 'SIGINT'),
    once(process, 'SIGTERM'),
  ]);
  const emulator = await start(options);
  if (options.json) {
    printJson(toJson(emulator.origin, options));
  } else {
    show(emulator.origin, options);
  }
  await signalled;
  await emulator.close();
}

async function start(options: EmulateOptions) {
  const { webhook, port, pageId, pageName, accessToken } = options;
  const { appId, appSecret, verifyToken } = options;
  try {
    return await startMessengerEmulator({
      port: Number(port),
      webhookUrl: webhook,
      appId,
      appSecret,
      verifyToken,
      pages: [{ id: pageId, name: pageName, accessToken }],
    });
  } catch (error) {
    // A TypeError names an option that has a bad value.
    const { message } = error as Error;
    throw error instanceof TypeError
      ? new Misuse(message)
      : new Failure(`${message}. Choose another --port.`);
  }
}

function show(origin: string, options: EmulateOptions): void {
  const { webhook, pageId, appId } = options;
  print(`Messenger runs at ${paint('cyan', origin)}: open it to chat.`);
  print(`Customers' messages go to ${webhook}.`);
  print();
  print(
    'The bot needs `origin: process.env.MESSENGER_ORIGIN` in channels.messenger, and in .env:',
  );
  print();
  print(`MESSENGER_ORIGIN=${origin}`);
  print(`MESSENGER_PAGE_ID=${pageId}`);
  print(`MESSENGER_ACCESS_TOKEN=${shown(options, 'accessToken')}`);
  print(`MESSENGER_APP_ID=${appId}`);
  print(`MESSENGER_APP_SECRET=${shown(options, 'appSecret')}`);
  print(`MESSENGER_VERIFY_TOKEN=${shown(options, 'verifyToken')}`);
  print();
  print('Ctrl-C ends it.');
}

type Credential = 'accessToken' | 'appSecret' | 'verifyToken';

/** Only what we made up ourselves: what was given may be real. */
function known(options: EmulateOptions, name: Credential): string | null {
  return options[name] === DEFAULTS[name] ? DEFAULTS[name] : null;
}

function shown(options: EmulateOptions, name: Credential): string {
  return known(options, name) ?? '<as given>';
}

function toJson(origin: string, options: EmulateOptions): object {
  const { webhook, pageId, pageName, appId } = options;
  return {
    origin,
    webhook,
    page: { id: pageId, name: pageName },
    appId,
    accessToken: known(options, 'accessToken'),
    appSecret: known(options, 'appSecret'),
    verifyToken: known(options, 'verifyToken'),
  };
}
