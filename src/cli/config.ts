import type { MessengerClient } from 'bottender';

import type { PersonaProfile } from '../profile';
import { getProperty, isObject } from '../util/values';
import { personas } from '../personas';
import { runtimeOf, type Runtime } from '../runtime';

import { loadConfigFile } from './configFile';
import { CommandError, describeBotError } from './commandErrors';
import { readEnv } from './bottenderModules';
import { hide, reserveStdout } from './output';

/** Environment variables whose values are secrets; `PWD` and `OLDPWD` name folders. */
const SECRET_NAME =
  /TOKEN|SECRET|PASS|(?<!^(?:OLD)?)PWD|CREDENTIAL|PRIVATE|API_?KEY/i;
/** Hiding shorter values would garble ordinary words. */
const MIN_SECRET_LENGTH = 6;

/**
 * The settings of Bottender's Messenger channel that personas need.
 *
 * @see https://bottender.js.org/docs/channel-messenger-setup
 */
export interface MessengerChannel {
  /** Replaces the client that Bottender would make of the other settings. */
  client?: MessengerClient | undefined;
  accessToken?: string | undefined;
  appSecret?: string | undefined;
  origin?: string | undefined;
  skipAppSecretProof?: boolean | undefined;
  mapPageToAccessToken?: ((pageId: string) => Promise<string>) | undefined;
}

export interface LoadedConfig {
  /** The file's name, for messages. */
  configName: string;
  /** By the names that Bottender gives to channels; not validated. */
  channels: ReadonlyMap<string, object>;
  /** The runtime of the first `personas()` among the plugins. */
  runtime: Runtime | undefined;
}

export interface BotConfig extends LoadedConfig {
  channel: MessengerChannel;
}

/**
 * Reads the config and `.env` of a bot on Messenger from the current folder.
 *
 * @param named the file that `--config` names
 * @throws CommandError
 */
export async function loadConfig(
  named: string | undefined,
): Promise<BotConfig> {
  const config = await loadChannels(named);
  const given = config.channels.get('messenger');
  if (given) return { ...config, channel: readChannel(config, given) };
  throw new CommandError(
    `${config.configName} has no \`channels.messenger\`: personas exist on Messenger only.`,
  );
}

/**
 * The same for a bot on any channels.
 *
 * @throws CommandError
 */
export async function loadChannels(
  named: string | undefined,
): Promise<LoadedConfig> {
  reserveStdout();
  readEnv();
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (SECRET_NAME.test(name) && value.length >= MIN_SECRET_LENGTH)
      hide(value);
  }
  const { name, exported } = await loadConfigFile(named);
  try {
    const runtime = readRuntime(name, exported);
    for (const { profilePictureUrl } of runtime ? profilesIn(runtime) : []) {
      hide(new URL(profilePictureUrl).password);
    }
    return { configName: name, channels: readChannels(exported), runtime };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // A getter has thrown.
    throw new CommandError(
      `${name} could not be read: ${describeBotError(error)}`,
    );
  }
}

function readChannels(exported: unknown): Map<string, object> {
  const channels = new Map<string, object>();
  const given = getProperty(exported, 'channels');
  for (const name of isObject(given) ? Object.keys(given) : []) {
    const channel = getProperty(given, name);
    // Copied, as Bottender does: a setting may be a getter.
    if (isObject(channel)) channels.set(name, { ...channel });
  }
  return channels;
}

/**
 * The settings of the Messenger channel.
 *
 * @throws CommandError
 */
export function readChannel(
  { configName }: LoadedConfig,
  given: object,
): MessengerChannel {
  const channel: MessengerChannel = given;
  for (const key of ['accessToken', 'appSecret', 'origin'] as const) {
    const value: unknown = channel[key] ?? '';
    if (key !== 'origin') hide(value);
    if (typeof value === 'string') continue;
    throw new CommandError(
      `channels.messenger.${key} in ${configName} must be a string, but it is of type ${typeof value}.`,
    );
  }
  return channel;
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

/** The profiles of the directory. */
export function profilesIn({ settings }: Runtime): PersonaProfile[] {
  return [...settings.directory.values()].flatMap(({ given }) => given ?? []);
}

/** @throws CommandError when no `personas()` is among the plugins */
export function runtimeIn({ configName, runtime }: LoadedConfig): Runtime {
  if (runtime) return runtime;
  throw new CommandError(
    `There is no personas() among the \`plugins\` of ${configName}. Put it there, with its store and directory: ` +
      `the command cannot find one in a chain. It must come from the same copy of bottender-persona as this command: ` +
      `install it in the app and run \`npx bottender-persona\` there.`,
  );
}
