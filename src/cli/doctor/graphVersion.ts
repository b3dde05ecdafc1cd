import type { MessengerClient } from 'bottender';

import { getProperty } from '../../util/values';
import { withTimeout } from '../../util/withTimeout';

import { failed, ok, warning, type Finding } from './check';
import type { MessengerBot } from './messengerBot';

/** Until when each version is served: docs/messenger-facts.md#graph-versions */
const ENDS: readonly [major: number, until: string][] = [
  [21, '2027-01-21'],
  [22, '2027-05-20'],
  [23, '2027-10-08'],
  [24, '2028-02-18'],
  [25, '2028-07-29'],
];
const CURRENT = 27;

const SOON_MS = 90 * 24 * 60 * 60 * 1000;
const TIMEOUT_MS = 5000;

/** The version of the Graph API that the bot asks for. */
export async function checkGraphVersion(bot: MessengerBot): Promise<Finding> {
  const client = await bot.client();
  const served = await servedVersion(client);
  const byHeader = served === undefined ? '' : `, and is answered by ${served}`;
  const now = Date.now();
  const { version } = client;
  const major = Math.floor(Number(version));
  const oldest = ENDS.find(([, until]) => now < Date.parse(until));
  const advice = getProperty(bot.channel, 'mapPageToAccessToken')
    ? `Bottender makes the client of each Page itself, for v6.0: see "The version of the Graph API" in docs/command-line.md.`
    : `Make the client yourself, with \`version: '${CURRENT}.0'\`: see "The version of the Graph API" in docs/command-line.md.`;
  if (!/^\d+\.\d+$/.test(version)) {
    return failed(`The bot asks for v${version}, which is no version.`, advice);
  }
  if (oldest && major < oldest[0]) {
    return warning(
      `The bot asks for v${version}, which has expired${byHeader}. It is served as v${oldest[0]}.0 until ${oldest[1]}, then as the next one.`,
      advice,
    );
  }
  const [, until] = ENDS.find(([each]) => each === major) ?? [];
  const message = `the bot asks for v${version}${byHeader}`;
  if (until === undefined) return ok(message);
  const ends = `${message}; it ends on ${until}`;
  return Date.parse(until) - now < SOON_MS ? warning(ends, advice) : ok(ends);
}

/** docs/messenger-facts.md#api-version-header */
async function servedVersion(
  client: MessengerClient,
): Promise<string | undefined> {
  const asking = client.axios
    .request<unknown>({
      url: `/me?access_token=${encodeURIComponent(client.accessToken)}`,
      timeout: TIMEOUT_MS,
      // A refusal says it as well.
      validateStatus: () => true,
    })
    .then(({ headers }) => getProperty(headers, 'facebook-api-version'))
    .catch(() => undefined);
  const version = await withTimeout(asking, TIMEOUT_MS, undefined);
  return typeof version === 'string' && /^v\d+\.\d+$/.test(version)
    ? version
    : undefined;
}
