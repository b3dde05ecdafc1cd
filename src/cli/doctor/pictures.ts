import type { Runtime } from '../../runtime';
import { forEachLimited } from '../../util/collections';
import { profilesIn } from '../config';
import { plural } from '../output';

import { CannotRun, failed, ok, once, warning, type Finding } from './check';
import { fetchPicture, type Fetched } from './fetchPicture';

/** Only the first pictures of a large directory are fetched. */
const MAX_PICTURES = 100;
const AT_ONCE = 8;

/** docs/messenger-facts.md#viber-avatar */
const VIBER_BYTES = 100 * 1024;

const ADVICE =
  'Use the address of a JPEG or PNG of at most 8 MB that anyone can open without a login.';

/** The pictures of the directory, each fetched once for all channels. */
export class Pictures {
  constructor(
    private readonly runtime: () => Runtime,
    private readonly isForbidden: ((address: string) => boolean) | undefined,
  ) {}

  private readonly fetched = once(async () => {
    const results = new Map<string, Fetched>();
    const urls = this.urls().slice(0, MAX_PICTURES);
    await forEachLimited(urls, AT_ONCE, async (url) => {
      results.set(url, await fetchPicture(url, this.isForbidden));
    });
    return results;
  });

  private urls(): string[] {
    const profiles = profilesIn(this.runtime());
    return [...new Set(profiles.map((each) => each.profilePictureUrl))];
  }

  async check(channel: string): Promise<Finding> {
    const { length } = this.urls();
    if (length === 0) throw new CannotRun('the directory has no pictures');
    const problems: string[] = [];
    const large: string[] = [];
    let areAllPrivate = true;
    for (const [url, fetched] of await this.fetched()) {
      if ('problem' in fetched) {
        problems.push(`${url} ${fetched.problem}`);
        areAllPrivate &&= fetched.isPrivate === true;
      } else if (channel === 'viber' && fetched.picture.bytes > VIBER_BYTES) {
        large.push(`${url} has ${Math.round(fetched.picture.bytes / 1024)} KB`);
      }
    }
    if (problems.length > 0) {
      return failed(
        `${problems.join('; ')}.`,
        areAllPrivate
          ? 'Platforms cannot fetch it there: use a public address, or --allow-private with an emulator.'
          : ADVICE,
      );
    }
    if (large.length > 0)
      return warning(
        `Viber takes avatars of at most 100 KB: ${large.join('; ')}.`,
        'Use a smaller picture.',
      );
    const shown = Math.min(length, MAX_PICTURES);
    const rest = length > shown ? `, the first of ${length}` : '';
    return ok(`${plural(shown, 'picture')} can be fetched${rest}`);
  }
}
