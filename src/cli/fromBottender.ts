import { createRequire } from 'node:module';

import type { MessengerClient as Client } from 'bottender';

// To load all of Bottender, with its servers and channels, takes a second.
const requireAsBottender = createRequire(require.resolve('bottender'));

/**
 * Reads `.env` with Bottender's own dotenv, so that what the bot gets is what we
 * get: Node's process.loadEnvFile reads quotes and comments differently.
 */
export function readEnv(): void {
  const dotenv = requireAsBottender('dotenv') as { config(): unknown };
  dotenv.config();
}

/** The client class of Bottender's own connector. */
export function messengerClient(): typeof Client {
  const api = requireAsBottender('messaging-api-messenger') as {
    MessengerClient: typeof Client;
  };
  return api.MessengerClient;
}
