import { checkId, checkKnown, checkObject, fail } from '../values/checks';
import type { SayOptions } from '../types';
import type { World } from './world';

/**
 * Returns the given Page's ID, or that of the first Page.
 *
 * @throws {TypeError} naming the wrong option.
 */
export function resolvePageId(
  world: World,
  psid: string,
  options: SayOptions,
): string {
  checkPsid(world, psid);
  checkObject(options, 'options');
  checkKnown(options, ['pageId'], 'options.');
  const { pageId } = options;
  if (pageId !== undefined && !world.page(pageId)) {
    fail('pageId', 'the ID of one of the `pages`');
  }
  return pageId ?? world.settings.pages[0]?.id ?? '';
}

/** @throws {TypeError} for an ID that cannot be a customer's. */
export function checkPsid(world: World, psid: string): void {
  checkId(psid, 'psid');
  if (world.page(psid) || psid === world.settings.appId) {
    fail('psid', 'an ID that is not that of a Page or the app');
  }
}
