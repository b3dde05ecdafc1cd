import { Console } from 'node:console';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

// Bottender reads `.env` when it is loaded, with its own dotenv, so that what
// the bot gets is what we get. Node's process.loadEnvFile reads quotes and
// comments differently, and Node 20.0 has none.
import 'bottender';

import { field } from '../field';
import { runtimeOf, type Runtime } from '../runtime';

import { Failure } from './failure';

const FILE = 'bottender.config.js';

/**
 * What Bottender's Messenger channel is configured with, as far as personas need it.
 *
 * @see https://bottender.js.org/docs/channel-messenger-setup
 */
export interface MessengerChannel {
  accessToken?: string;
  appSecret?: string;
  origin?: string;
  skipAppSecretProof?: boolean;
  mapPageToAccessToken?: (pageId: string) => Promise<string>;
}

export interface BotConfig {
  channel: MessengerChannel;
  /** Behind the first `personas()` among the plugins. */
  runtime: Runtime | undefined;
}

/**
 * Reads bottender.config.js from the current folder, as Bottender does.
 *
 * @throws Failure saying what is missing
 */
export function loadConfig(): BotConfig {
  // What the bot's own code prints is no result of ours.
  globalThis.console = new Console(process.stderr);
  const config = requireConfig();
  const channel = field(field(config, 'channels'), 'messenger');
  if (typeof channel !== 'object' || channel === null) {
    throw new Failure(
      `${FILE} has no \`channels.messenger\`: personas exist on Messenger only.`,
    );
  }
  const plugins = field(config, 'plugins');
  const runtimes = Array.isArray(plugins) ? plugins.map(runtimeOf) : [];
  return { channel, runtime: runtimes.find((runtime) => runtime) };
}

/** @throws Failure when no `personas()` is among the plugins */
export function runtimeIn({ runtime }: BotConfig): Runtime {
  if (runtime) return runtime;
  throw new Failure(
    `There is no personas() among the \`plugins\` of ${FILE}. Put it there, with its store and directory; ` +
      `a chain's is not found. It must come from the same copy of bottender-persona as this command: ` +
      `install it in the app and run \`npx bottender-persona\` there.`,
  );
}

function requireConfig(): unknown {
  const file = path.resolve(FILE);
  if (!existsSync(file)) {
    throw new Failure(
      `There is no ${FILE} in this folder: run this in the folder of your Bottender app.`,
    );
  }
  try {
    return createRequire(file)(file) as unknown;
  } catch (error) {
    // After the first line Node tells which files required which.
    const [reason] = String(error).split('\n');
    throw new Failure(`${FILE} could not be loaded: ${reason}`);
  }
}
