import { createRequire } from 'node:module';

import type { MessengerClient as Client } from 'bottender';

// Loading all of Bottender takes a second.
const requireAsBottender = createRequire(require.resolve('bottender'));

/**
 * Reads `.env` with Bottender's own dotenv, because Node's process.loadEnvFile
 * parses quotes and comments differently.
 */
export function readEnv(): void {
  const dotenv = requireAsBottender('dotenv') as { config(): unknown };
  dotenv.config();
}

/** The client class of Bottender's own connector. */
export function messengerClientClass(): typeof Client {
  const api = requireAsBottender('messaging-api-messenger') as {
    MessengerClient: typeof Client;
  };
  return api.MessengerClient;
}
