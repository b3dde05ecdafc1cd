import { viber } from '../../channels/viber';
import type { Runtime } from '../../runtime';
import { shownName } from '../../shownName';
import { getProperty, textIn } from '../../util/getProperty';
import { profilesIn } from '../config';
import { plural } from '../output';

import { CannotRun, ok, warning, type Finding } from './check';
import type { PlatformApi } from './platform';

/** docs/messenger-facts.md#viber-account */
export const VIBER: PlatformApi = {
  title: 'Viber',
  origin: 'https://chatapi.viber.com',
  settings: ['accessToken'],
  account: ['POST', '/pa/get_account_info'],
  headers: (accessToken) => ({ 'x-viber-auth-token': accessToken }),
  nameIn: ({ body }) =>
    getProperty(body, 'status') === 0 ? textIn(body, 'name') : undefined,
  reason: 'status_message',
  advice:
    'Copy the token from the admin panel of the bot, partners.viber.com, into .env.',
};

/** Viber has no call that checks senders. */
export function checkViberSenders(runtime: Runtime): Finding {
  const profiles = profilesIn(runtime);
  const label = runtime.settings.disclosure?.label;
  if (profiles.length === 0)
    throw new CannotRun('the directory has no profiles');
  const cut = profiles.flatMap((profile) => {
    const whole = shownName(profile, Infinity, label);
    const shown = shownName(profile, viber.maxNameLength ?? Infinity, label);
    return shown !== whole && shown.includes('…')
      ? [`"${profile.name}" is shown as "${shown}"`]
      : [];
  });
  if (cut.length === 0) {
    return ok(`${plural(profiles.length, 'name')} of at most 28 characters`);
  }
  return warning(
    `Viber takes names of at most 28 characters: ${cut.join(', ')}.`,
    'Give the profile a `shortName`.',
  );
}
