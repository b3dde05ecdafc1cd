import { GraphError } from '../values/graphError';
import { getProperty, isObject, toText } from '../values/json';
import type { World } from '../world/world';
import type { PageCall } from './call';
import type { Recipient } from './readRecipient';

const HOUR = 60 * 60 * 1000;
const STANDARD_WINDOW = 24 * HOUR;
const TAGGED_WINDOW = 7 * 24 * HOUR;

/**
 * With `messagingWindow`, refuses a message by PSID that is too late:
 * docs/messenger-facts.md#messaging-window
 *
 * @throws {GraphError} code 10, subcode 2018278.
 */
export function checkWindow(
  { world, page, parameters }: PageCall,
  { psid, address }: Recipient,
): void {
  // Other addresses have their own rules.
  if (!world.settings.messagingWindow || address) return;
  if (parameters.text('messaging_type')?.toUpperCase() === 'UTILITY') return;
  const opened = world.conversations.windowOpenedAt(page.id, psid) ?? -Infinity;
  const age = world.clock.now() - opened;
  const window =
    parameters.text('tag') === undefined ? STANDARD_WINDOW : TAGGED_WINDOW;
  if (age <= window) return;
  throw new GraphError(
    '(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview',
    { code: 10, subcode: 2018278 },
  );
}

/**
 * With `rateLimits`, limits the sends of a Page per second:
 * docs/messenger-facts.md#rate-limits
 *
 * @throws {GraphError} code 613.
 */
export function checkSendRate({ world, page, parameters }: PageCall): void {
  const attachment = getProperty(
    parameters.object('message') ?? {},
    'attachment',
  );
  const type = isObject(attachment)
    ? toText(getProperty(attachment, 'type'))
    : '';
  const isMedia = /^(audio|video)$/i.test(type ?? '');
  const kind = isMedia ? 'media' : 'text';
  if (!world.rateLimits.takeOneOf(page.id, kind)) throw tooManyInASecond();
}

/**
 * Limits the calls to the Conversations API in the same way.
 *
 * @throws {GraphError} code 613.
 */
export function checkReadRate({ world, page }: PageCall): void {
  const isFree = world.rateLimits.takeOneOf(page.id, 'conversations');
  if (!isFree) throw tooManyInASecond();
}

/**
 * With `rateLimits`, limits the calls for a Page in 24 hours:
 * docs/messenger-facts.md#rate-limits
 *
 * @throws {GraphError} code 80006.
 */
export function checkCallRate(world: World, pageId: string): void {
  const people = world.conversations.countCustomers(pageId);
  if (world.rateLimits.takeCall(pageId, people)) return;
  throw new GraphError(
    '(#80006) There have been too many messenger api calls to this Page account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
    { code: 80006 },
  );
}

function tooManyInASecond(): GraphError {
  return new GraphError(
    '(#613) Calls to this api have exceeded the rate limit.',
    { code: 613 },
  );
}
