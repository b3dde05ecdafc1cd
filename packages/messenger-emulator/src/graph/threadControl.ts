import { GraphError, invalidParameter } from '../values/graphError';
import { getProperty, toText, type Json } from '../values/json';
import { PAGE_INBOX } from '../world/threads';
import type { PageCall } from './call';
import { readRecipient, requireCustomer } from './readRecipient';

/**
 * `POST /{page}/pass_thread_control`
 *
 * @see
 *   https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
 */
export function passThreadControl(call: PageCall): Json {
  const { world, page, parameters } = call;
  const { psid } = readRecipient(call);
  const target = parameters.requiredText('target_app_id');
  if (!/^\d{1,20}$/.test(target)) {
    throw invalidParameter('Param target_app_id must be an app ID');
  }
  if (!world.threads.isOurs(page.id, psid)) throw notInControl();
  world.threads.pass(page.id, psid, target);
  world.conversations.emitChange(page.id, psid);
  return { success: true };
}

/** `POST /{page}/release_thread_control`: returns control to the default app, the bot's. */
export function releaseThreadControl(call: PageCall): Json {
  const { world, page } = call;
  const { psid } = readRecipient(call);
  if (!world.threads.isOurs(page.id, psid)) throw notInControl();
  return { success: true };
}

/** `POST /{page}/take_thread_control` */
export function takeThreadControl(call: PageCall): Json {
  const { world, page } = call;
  const { psid } = readRecipient(call);
  world.threads.pass(page.id, psid, world.settings.appId);
  world.conversations.emitChange(page.id, psid);
  return { success: true };
}

/** `POST /{page}/request_thread_control`: the app in control may ignore it. */
export function requestThreadControl(call: PageCall): Json {
  readRecipient(call);
  return { success: true };
}

/** `GET /{page}/thread_owner?recipient=` */
export function getThreadOwner(call: PageCall): Json {
  const { world, page, parameters } = call;
  const psid = requireCustomer(call, parameters.requiredText('recipient'));
  const owner = world.threads.owner(page.id, psid);
  return { data: [{ thread_owner: { app_id: owner } }] };
}

/** `GET /{page}/secondary_receivers` */
export function getSecondaryReceivers(): Json {
  return { data: [{ id: PAGE_INBOX, name: 'Page Inbox' }] };
}

/**
 * `thread_control` of a send: passes or releases the conversation after the
 * message. See docs/messenger-facts.md#conversation-routing
 *
 * @throws {GraphError} for a control type that is unknown.
 */
export function readThreadControl({
  world,
  parameters,
}: PageCall): string | undefined {
  const control = parameters.object('thread_control');
  if (!control) return undefined;
  const type = toText(getProperty(control, 'control_type'));
  if (type !== 'pass' && type !== 'release') {
    throw invalidParameter(
      'Param thread_control[control_type] must be one of {pass, release}',
    );
  }
  const target = toText(getProperty(control, 'app_id'));
  return type === 'pass' && target !== undefined
    ? target
    : world.settings.appId;
}

/**
 * Only the app in control can pass it. ASSUMPTION: the code, after
 * docs/messenger-facts.md#other-apps-thread
 */
function notInControl(): GraphError {
  return new GraphError(
    '(#10) This app does not control this thread, so it cannot pass or release it.',
    { code: 10, subcode: 2018300 },
  );
}
