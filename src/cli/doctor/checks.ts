import { channelOf, CHANNELS } from '../../channels';
import { profileOf } from '../../directory/entries';
import type { PersonaProfile } from '../../profile';
import type { Runtime } from '../../runtime';
import { runtimeIn, type LoadedConfig } from '../config';
import { CommandError } from '../commandErrors';
import { plural } from '../sync/plan';

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
import { LINE } from './line';
import { MessengerBot } from './messengerBot';
import { checkPackages } from './packages';
import { checkNames } from './names';
import { PagePersonas } from './pagePersonas';
import { Pictures } from './pictures';
import { Platform, type PlatformApi } from './platform';
import { isPrivateAddress } from './privateAddress';
import { SLACK } from './slack';
import { checkStore } from './store';
import { VIBER } from './viber';
import { checkWebhook, checkWebhookFields } from './webhook';

export interface CheckOptions {
  /** The Page's ID. */
  page?: string | undefined;
  allowPrivate?: boolean | undefined;
}

/** What Bottender has and personas() supports. */
const CHANNEL_NAMES: readonly string[] = CHANNELS.map(
  ({ platform }) => platform,
);

/** The platforms of channels other than Messenger that can be asked. */
const PLATFORMS: Partial<Record<string, PlatformApi>> = {
  line: LINE,
  slack: SLACK,
  viber: VIBER,
};

/** The checks of a bot. Without its config all but two are skipped. */
export function checksOf(
  config: LoadedConfig | CommandError,
  options: CheckOptions,
): Check[] {
  if (config instanceof CommandError) return withoutConfig(config);
  const withRuntime =
    (run: (runtime: Runtime) => Finding | Promise<Finding>) => () => {
      if (config.runtime) return run(config.runtime);
      throw new CannotRun('it needs personas() among the plugins');
    };
  const profiles = profilesIn(config);
  const pictures = new Pictures(
    profiles,
    options.allowPrivate ? undefined : isPrivateAddress,
  );
  const ofChannel = (
    channel: string,
    checks: Partial<Record<CheckId, Check['run']>>,
  ): Check[] =>
    Object.entries({
      ...checks,
      pictures: withRuntime(() => pictures.check(channel)),
    }).map(([id, run]) => ({ id: id as CheckId, channel, run }));

  const checks: Check[] = [
    { id: 'config', channel: null, run: () => checkConfig(config) },
    { id: 'packages', channel: null, run: checkPackages },
    { id: 'store', channel: null, run: withRuntime(checkStore) },
  ];
  for (const [name, channel] of config.channels) {
    if (Reflect.get(channel, 'enabled') === false) continue;
    if (name === 'messenger') {
      const bot = new MessengerBot(config, channel, options.page);
      let shared: PagePersonas | undefined;
      const personas = (runtime: Runtime) =>
        (shared ??= new PagePersonas(bot, runtime));
      checks.push(
        ...ofChannel(name, {
          credentials: () => checkCredentials(bot),
          token: () => checkToken(bot),
          permissions: () => checkPermissions(bot),
          'graph-version': () => checkGraphVersion(bot),
          webhook: () => checkWebhook(bot),
          'webhook-fields': () => checkWebhookFields(bot),
          directory: withRuntime((runtime) =>
            personas(runtime).checkDirectory(),
          ),
          leases: withRuntime((runtime) => personas(runtime).checkLeases()),
        }),
      );
    } else {
      const known = channelOf(name);
      // Where messages show nobody, there is nothing to check.
      if (!known?.displayProfile) continue;
      const api = PLATFORMS[name];
      const platform = api && new Platform(api, channel);
      const { checkPermissions, checkSenders } = api ?? {};
      checks.push(
        ...ofChannel(name, {
          ...(platform && { credentials: () => platform.checkCredentials() }),
          ...(platform &&
            checkPermissions && {
              permissions: () => checkPermissions(platform),
            }),
          ...(known.maxNameLength !== undefined && {
            directory: withRuntime(({ settings: { disclosure } }) =>
              platform && checkSenders
                ? checkSenders(platform, profiles, disclosure?.label)
                : checkNames(known, profiles, disclosure?.label),
            ),
          }),
        }),
      );
    }
  }
  return checks;
}

const MESSENGER_CHECKS: CheckId[] = [
  'credentials',
  'token',
  'permissions',
  'graph-version',
  'webhook',
  'webhook-fields',
  'directory',
  'leases',
  'pictures',
];

function withoutConfig(error: CommandError): Check[] {
  const skip = () => {
    throw new CannotRun('it needs the config');
  };
  return [
    {
      id: 'config',
      channel: null,
      run: () =>
        failed(
          error.message,
          'Everything else needs the config: fix it first.',
        ),
    },
    { id: 'packages', channel: null, run: checkPackages },
    { id: 'store', channel: null, run: skip },
    ...MESSENGER_CHECKS.map((id) => ({ id, channel: 'messenger', run: skip })),
  ];
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
  const unknown = names.find((name) => !CHANNEL_NAMES.includes(name));
  if (unknown !== undefined) {
    return failed(
      `${configName} has the channel "${unknown}", which Bottender does not have.`,
      `It has ${CHANNEL_NAMES.join(', ')}.`,
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

function profilesIn({ runtime }: LoadedConfig): PersonaProfile[] {
  const entries = runtime?.settings.directory.values() ?? [];
  return [...entries].flatMap((entry) => profileOf(entry) ?? []);
}
