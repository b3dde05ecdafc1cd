import { channelOf, CHANNELS } from '../../channels';
import { viber } from '../../channels/viber';
import type { Runtime } from '../../runtime';
import { runtimeIn, type LoadedConfig } from '../config';
import { CommandError } from '../commandErrors';
import { plural } from '../output';

import { checkCredentials, checkPermissions, checkToken } from './account';
import {
  CannotRun,
  failed,
  ok,
  warning,
  type Check,
  type CheckId,
  type Finding,
} from './check';
import { checkGraphVersion } from './graphVersion';
import { checkLineSenders, LINE } from './line';
import { MessengerBot } from './messengerBot';
import { checkPackages } from './packages';
import { checkNames } from './names';
import { PagePersonas } from './pagePersonas';
import { Pictures } from './pictures';
import { Platform } from './platform';
import { isPrivateAddress } from './privateAddress';
import { checkSlackScopes, SLACK } from './slack';
import { checkStore } from './store';
import { VIBER } from './viber';
import { checkWebhook, checkWebhookFields } from './webhook';

export interface CheckOptions {
  /** The Page's ID. */
  page?: string | undefined;
  allowPrivate?: boolean | undefined;
}

type Checks = Partial<Record<CheckId, Check['run']>>;

/** What the checks of all channels share. */
interface CheckedBot {
  readonly config: LoadedConfig;
  readonly options: CheckOptions;
  /** @throws CannotRun without `personas()` */
  readonly runtime: () => Runtime;
}

/** The checks of each channel, in the order of the report. */
const CHANNEL_CHECKS: Record<
  string,
  (channel: object, bot: CheckedBot) => Checks
> = {
  messenger(channel, { config, options, runtime }) {
    const bot = new MessengerBot(config, channel, options.page);
    const personas = new PagePersonas(bot, runtime);
    return {
      credentials: () => checkCredentials(bot),
      token: () => checkToken(bot),
      permissions: () => checkPermissions(bot),
      'graph-version': () => checkGraphVersion(bot),
      webhook: () => checkWebhook(bot),
      'webhook-fields': () => checkWebhookFields(bot),
      directory: () => personas.checkDirectory(),
      leases: () => personas.checkLeases(),
    };
  },
  line(channel, { runtime }) {
    const platform = new Platform(LINE, channel);
    return {
      credentials: () => platform.checkCredentials(),
      directory: () => checkLineSenders(platform, runtime()),
    };
  },
  slack(channel) {
    const platform = new Platform(SLACK, channel);
    return {
      credentials: () => platform.checkCredentials(),
      permissions: () => checkSlackScopes(platform),
    };
  },
  viber(channel, { runtime }) {
    const platform = new Platform(VIBER, channel);
    return {
      credentials: () => platform.checkCredentials(),
      directory: () => checkNames(viber, runtime()),
    };
  },
};

/** What is checked of a channel whose platform is not asked. */
function checksOfOther(
  name: string,
  { runtime }: CheckedBot,
): Checks | undefined {
  const channel = channelOf(name);
  if (!channel?.displayProfile) return undefined;
  return { directory: () => checkNames(channel, runtime()) };
}

/** What is checked where there is no config to say so: of it, most is skipped. */
const NO_CONFIG: LoadedConfig = {
  configName: '',
  channels: new Map([['messenger', {}]]),
  runtime: undefined,
};

/** The checks of a bot. Without its config all but two are skipped. */
export function checksOf(
  config: LoadedConfig | CommandError,
  options: CheckOptions,
): Check[] {
  if (config instanceof CommandError) return withoutConfig(config);
  const runtime = (): Runtime => {
    if (config.runtime) return config.runtime;
    throw new CannotRun('it needs personas() among the plugins');
  };
  const pictures = new Pictures(
    runtime,
    options.allowPrivate ? undefined : isPrivateAddress,
  );
  const checks: Check[] = [
    { id: 'config', channel: null, run: () => checkConfig(config) },
    { id: 'packages', channel: null, run: checkPackages },
    { id: 'store', channel: null, run: () => checkStore(runtime()) },
  ];
  for (const [name, channel] of config.channels) {
    if (Reflect.get(channel, 'enabled') === false) continue;
    const bot = { config, options, runtime };
    const ofChannel =
      CHANNEL_CHECKS[name]?.(channel, bot) ?? checksOfOther(name, bot);
    if (!ofChannel) continue;
    const all = { ...ofChannel, pictures: () => pictures.check(name) };
    for (const [id, run] of Object.entries(all)) {
      checks.push({ id: id as CheckId, channel: name, run });
    }
  }
  return checks;
}

function withoutConfig({ message }: CommandError): Check[] {
  const run = () => {
    throw new CannotRun('it needs the config');
  };
  const broken = () =>
    failed(message, 'Everything else needs the config: fix it first.');
  return checksOf(NO_CONFIG, {}).map((check) => {
    if (check.id === 'packages') return check;
    return { ...check, run: check.id === 'config' ? broken : run };
  });
}

function checkConfig(config: LoadedConfig): Finding {
  const { configName, channels } = config;
  try {
    runtimeIn(config);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return warning(error.message);
  }
  const names = [...channels.keys()];
  const supported: string[] = CHANNELS.map(({ platform }) => platform);
  const unknown = names.find((name) => !supported.includes(name));
  if (unknown !== undefined) {
    return failed(
      `${configName} has the channel "${unknown}", which Bottender does not have.`,
      `It has ${supported.join(', ')}.`,
    );
  }
  const isEnabled = (name: string): unknown =>
    Reflect.get(channels.get(name) ?? {}, 'enabled');
  const enabled = names.filter(isEnabled);
  if (enabled.length === 0) {
    return failed(
      `No channel is enabled in ${configName}, so Bottender listens on none.`,
      'Write `enabled: true` into the channel.',
    );
  }
  const entries = config.runtime?.settings.directory.size ?? 0;
  const message = `${configName}: ${enabled.join(', ')}; ${plural(entries, 'name')} in the directory`;
  // With `false`, it is meant.
  const forgotten = names.filter(
    (name) => !isEnabled(name) && isEnabled(name) !== false,
  );
  if (forgotten.length === 0) return ok(message);
  return warning(
    `${message}. Bottender does not listen on ${forgotten.join(', ')}.`,
    'Write `enabled: true` into the channel, or `enabled: false`.',
  );
}
