import { displayOn } from '../../channels/channel';
import { line } from '../../channels/line';
import type { Runtime } from '../../runtime';
import { forEachLimited } from '../../util/collections';
import { getProperty, textIn } from '../../util/values';
import { profilesIn } from '../config';
import { plural } from '../output';

import { CannotRun, failed, ok, warning, type Finding } from './check';
import type { Platform, PlatformApi } from './platform';

/** docs/messenger-facts.md#line-checks */
export const LINE: PlatformApi = {
  title: 'LINE',
  origin: 'https://api.line.me',
  settings: ['accessToken', 'channelSecret'],
  account: ['GET', '/v2/bot/info'],
  headers: (accessToken) => ({ authorization: `Bearer ${accessToken}` }),
  nameIn: ({ status, body }) =>
    status === 200 ? textIn(body, 'displayName') : undefined,
  reason: 'message',
  advice:
    'Issue a channel access token at developers.line.biz, under Messaging API, and put it into .env.',
};

const CALLS_AT_ONCE = 5;

const SENDER =
  'A name has at most 20 characters, without "LINE"; the picture is an https URL of at most 1,000 characters.';

/** LINE checks messages with each profile as their sender, and sends none. */
export async function checkLineSenders(
  platform: Platform,
  runtime: Runtime,
): Promise<Finding> {
  const profiles = profilesIn(runtime);
  if (profiles.length === 0)
    throw new CannotRun('the directory has no profiles');
  await platform.account();
  const refused: string[] = [];
  const limits: string[] = [];
  const label = runtime.settings.disclosure?.label;
  await forEachLimited(profiles, CALLS_AT_ONCE, async (profile) => {
    const { fields, missing } = displayOn(line, profile, label) ?? {};
    if (missing !== undefined) limits.push(missing);
    const messages = [{ type: 'text', text: 'doctor', ...fields }];
    const path = '/v2/bot/message/validate/push';
    const { status, body } = await platform.ask('POST', path, { messages });
    if (status === 200) return;
    if (status !== 400) {
      throw new CannotRun(`LINE did not check the senders: HTTP ${status}`);
    }
    refused.push(`"${profile.name}": ${reasonsIn(body)}`);
  });
  if (refused.length > 0) {
    return failed(`LINE refuses senders: ${refused.join('; ')}.`, SENDER);
  }
  if (limits.length > 0) return warning(limits.join(' '), SENDER);
  return ok(`LINE takes ${plural(profiles.length, 'profile')} as senders`);
}

function reasonsIn(body: unknown): string {
  const details = getProperty(body, 'details');
  const reasons = (Array.isArray(details) ? details : []).map(
    (detail: unknown) =>
      `${textIn(detail, 'property')}: ${textIn(detail, 'message')}`,
  );
  return [textIn(body, 'message'), ...reasons].join('; ');
}
