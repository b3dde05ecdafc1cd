import { Console } from 'node:console';

import { getProperty } from '../util/getProperty';
import { personas } from '../personas';
import { runtimeOf, type Runtime } from '../runtime';

import { loadConfigFile } from './configFile';
import { Failure } from './failure';
import { readEnv } from './fromBottender';
import { hide } from './output';

/** Variables that hold what nobody should see. */
const SECRET = /TOKEN|SECRET|PASS|PWD|CREDENTIAL|PRIVATE|API_?KEY/i;
/** What is shorter is no secret, and stands in many a word. */
const LEAST_CHARACTERS = 6;

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
  /** What messages call the file. */
  configName: string;
  channel: MessengerChannel;
  /** Behind the first `personas()` among the plugins. */
  runtime: Runtime | undefined;
}

/**
 * Reads the bot's config and `.env` from the current folder.
 *
 * @param named the file that `--config` names
 * @throws Failure saying what is missing
 */
export async function loadConfig(
  named: string | undefined,
): Promise<BotConfig> {
  // What the bot's own code prints is no result of ours.
  globalThis.console = new Console(process.stderr);
  readEnv();
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (SECRET.test(name) && value.length >= LEAST_CHARACTERS) hide(value);
  }
  const { name, exported } = await loadConfigFile(named);
  const channel = getProperty(getProperty(exported, 'channels'), 'messenger');
  if (typeof channel !== 'object' || channel === null) {
    throw new Failure(
      `${name} has no \`channels.messenger\`: personas exist on Messenger only.`,
    );
  }
  const plugins = getProperty(exported, 'plugins');
  if (Array.isArray(plugins) && plugins.includes(personas)) {
    throw new Failure(
      `personas is not called in ${name}: write \`plugins: [personas()]\`.`,
    );
  }
  const runtimes = Array.isArray(plugins) ? plugins.map(runtimeOf) : [];
  return {
    configName: name,
    channel,
    runtime: runtimes.find((runtime) => runtime),
  };
}

/** @throws Failure when no `personas()` is among the plugins */
export function runtimeIn({ configName, runtime }: BotConfig): Runtime {
  if (runtime) return runtime;
  throw new Failure(
    `There is no personas() among the \`plugins\` of ${configName}. Put it there, with its store and directory; ` +
      `a chain's is not found. It must come from the same copy of bottender-persona as this command: ` +
      `install it in the app and run \`npx bottender-persona\` there.`,
  );
}
