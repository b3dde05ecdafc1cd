import { Console } from 'node:console';

import { getProperty } from '../util/getProperty';
import { isObject } from '../util/isObject';
import { personas } from '../personas';
import { runtimeOf, type Runtime } from '../runtime';

import { loadConfigFile } from './configFile';
import { CommandError, describeBotError } from './commandErrors';
import { readEnv } from './bottenderModules';
import { hide } from './output';

/** Environment variables whose values are secrets. */
const SECRET_NAME = /TOKEN|SECRET|PASS|PWD|CREDENTIAL|PRIVATE|API_?KEY/i;
/** Hiding shorter values would garble ordinary words. */
const MIN_SECRET_LENGTH = 6;

/**
 * The settings of Bottender's Messenger channel that personas need.
 *
 * @see https://bottender.js.org/docs/channel-messenger-setup
 */
export interface MessengerChannel {
  accessToken?: string | undefined;
  appSecret?: string | undefined;
  origin?: string | undefined;
  skipAppSecretProof?: boolean | undefined;
  mapPageToAccessToken?: ((pageId: string) => Promise<string>) | undefined;
}

export interface BotConfig {
  /** The file's name, for messages. */
  configName: string;
  channel: MessengerChannel;
  /** The runtime of the first `personas()` among the plugins. */
  runtime: Runtime | undefined;
}

/**
 * Reads the bot's config and `.env` from the current folder.
 *
 * @param named the file that `--config` names
 * @throws CommandError
 */
export async function loadConfig(
  named: string | undefined,
): Promise<BotConfig> {
  // Keeps output of the bot's own code out of the result on stdout.
  globalThis.console = new Console(process.stderr);
  readEnv();
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (SECRET_NAME.test(name) && value.length >= MIN_SECRET_LENGTH)
      hide(value);
  }
  const { name, exported } = await loadConfigFile(named);
  try {
    return {
      configName: name,
      channel: readChannel(name, exported),
      runtime: readRuntime(name, exported),
    };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // A getter has thrown.
    throw new CommandError(
      `${name} could not be read: ${describeBotError(error)}`,
    );
  }
}

function readChannel(name: string, exported: unknown): MessengerChannel {
  const given = getProperty(getProperty(exported, 'channels'), 'messenger');
  if (!isObject(given)) {
    throw new CommandError(
      `${name} has no \`channels.messenger\`: personas exist on Messenger only.`,
    );
  }
  const channel = pick(given);
  for (const key of ['accessToken', 'appSecret', 'origin'] as const) {
    const value: unknown = channel[key] ?? '';
    if (key !== 'origin') hide(value);
    if (typeof value === 'string') continue;
    throw new CommandError(
      `channels.messenger.${key} in ${name} must be a string, but it is of type ${typeof value}.`,
    );
  }
  return channel;
}

/** Reads each setting once: it may be a getter. */
function pick({
  accessToken,
  appSecret,
  origin,
  skipAppSecretProof,
  mapPageToAccessToken,
}: MessengerChannel): MessengerChannel {
  return {
    accessToken,
    appSecret,
    origin,
    skipAppSecretProof,
    mapPageToAccessToken,
  };
}

function readRuntime(name: string, exported: unknown): Runtime | undefined {
  const plugins = getProperty(exported, 'plugins');
  if (!Array.isArray(plugins)) return undefined;
  if (plugins.includes(personas)) {
    throw new CommandError(
      `personas is not called in ${name}: write \`plugins: [personas()]\`.`,
    );
  }
  return plugins.map(runtimeOf).find((runtime) => runtime);
}

/** @throws CommandError when no `personas()` is among the plugins */
export function runtimeIn({ configName, runtime }: BotConfig): Runtime {
  if (runtime) return runtime;
  throw new CommandError(
    `There is no personas() among the \`plugins\` of ${configName}. Put it there, with its store and directory: ` +
      `the command cannot find one in a chain. It must come from the same copy of bottender-persona as this command: ` +
      `install it in the app and run \`npx bottender-persona\` there.`,
  );
}
