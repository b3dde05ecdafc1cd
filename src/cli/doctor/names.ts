import type { Channel } from '../../channels/channel';
import type { PersonaProfile } from '../../profile';
import { shownName, type Label } from '../../shownName';
import { plural } from '../sync/plan';

import { CannotRun, ok, warning, type Finding } from './check';

/** Names are short enough for a channel, where the platform has no call that checks senders. */
export function checkNames(
  { platform, info, maxNameLength = Infinity }: Channel,
  profiles: readonly PersonaProfile[],
  label?: Label,
): Finding {
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
  if (cut.length === 0)
    return ok(`${plural(profiles.length, 'name')} ${limit}`);
  return warning(
    `${info?.title ?? platform} takes names ${limit}: ${cut.join(', ')}.`,
    'Give the profile a `shortName`.',
  );
}
