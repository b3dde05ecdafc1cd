import { createRequire } from 'node:module';

import type { MessengerClient as Client } from 'bottender';

import { CommandError } from './commandErrors';

/** Loading all of Bottender takes a second. */
function requireAsBottender(name: string): unknown {
  let own: string;
  try {
    own = require.resolve('bottender');
  } catch {
    // Bots without it use the package, too.
    throw new CommandError(
      'The command line works on a Bottender app, and Bottender is not installed here: npm install bottender',
    );
  }
  return createRequire(own)(name);
}

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
