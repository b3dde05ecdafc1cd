import { GraphError } from '../values/graphError';
import { field, isObject, textOf } from '../values/json';
import type { World } from '../world/world';
import type { PageCall } from './call';
import type { Recipient } from './recipient';

const HOUR = 60 * 60 * 1000;
const STANDARD_WINDOW = 24 * HOUR;
const TAGGED_WINDOW = 7 * 24 * HOUR;

/**
 * Where `messagingWindow` is on, a message by PSID comes soon enough after what
 * the customer did: docs/messenger-facts.md#messaging-window
 *
 * @throws {GraphError} code 10, subcode 2018278.
 */
export function checkWindow(
  { world, page, parameters }: PageCall,
  { psid, address }: Recipient,
): void {
  // What else a customer has given has rules of its own.
  if (!world.settings.messagingWindow || address) return;
  if (parameters.text('messaging_type')?.toUpperCase() === 'UTILITY') return;
  const opened = world.conversations.openedAt(page.id, psid) ?? -Infinity;
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
 * Where `rateLimits` are on, the Page has not sent too much in this second:
 * docs/messenger-facts.md#rate-limits
 *
 * @throws {GraphError} code 613.
 */
export function checkSendRate({ world, page, parameters }: PageCall): void {
  const attachment = field(parameters.object('message') ?? {}, 'attachment');
  const type = isObject(attachment) ? textOf(field(attachment, 'type')) : '';
  const isMedia = /^(audio|video)$/i.test(type ?? '');
  if (world.rateLimits.takeSend(page.id, isMedia ? 'media' : 'text')) return;
  throw new GraphError(
    '(#613) Calls to this api have exceeded the rate limit.',
    {
      code: 613,
    },
  );
}

/**
 * Where `rateLimits` are on, the app has not called too often in 24 hours.
 *
 * @throws {GraphError} code 4.
 */
export function checkCallRate(world: World): void {
  if (world.rateLimits.takeCall(world.conversations.people)) return;
  throw new GraphError('(#4) Application request limit reached', {
    code: 4,
    transient: true,
  });
}
