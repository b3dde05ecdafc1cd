import type { Channel } from '../../channels/channel';
import type { Runtime } from '../../runtime';
import { shownName } from '../../shownName';
import { profilesIn } from '../config';
import { plural } from '../output';

import { CannotRun, ok, warning, type Finding } from './check';

/** Names are short enough for a channel, where the platform has no call that checks senders. */
export function checkNames(
  { platform, info, maxNameLength = Infinity }: Channel,
  runtime: Runtime,
): Finding {
  const profiles = profilesIn(runtime);
  const label = runtime.settings.disclosure?.label;
  if (profiles.length === 0)
    throw new CannotRun('the directory has no profiles');
  const cut = profiles.flatMap((profile) => {
    const whole = shownName(profile, Infinity, label);
    const shown = shownName(profile, maxNameLength, label);
    return shown !== whole && shown.includes('…')
      ? [`"${profile.name}" is shown as "${shown}"`]
      : [];
  });
  const limit = `of at most ${maxNameLength} characters`;
  if (cut.length === 0) {
    return ok(`${plural(profiles.length, 'name')} ${limit}`);
  }
  return warning(
    `${info?.title ?? platform} takes names ${limit}: ${cut.join(', ')}.`,
    'Give the profile a `shortName`.',
  );
}
