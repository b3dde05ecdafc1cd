import { invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { PageCall } from './call';
import { readRecipient, writtenBy } from './recipient';

/** The app ID by which Messenger knows every Page's inbox. */
const PAGE_INBOX = '263902037430900';

/**
 * `POST /{page}/pass_thread_control`
 *
 * @see https://developers.facebook.com/docs/messenger-platform/handover-protocol
 */
export function passThreadControl(call: PageCall): Json {
  const { world, page, parameters } = call;
  const { psid } = readRecipient(call);
  const target = parameters.requiredText('target_app_id');
  if (!/^\d{1,20}$/.test(target)) {
    throw invalidParameter('Param target_app_id must be an app ID');
  }
  world.threads.pass(page.id, psid, target);
  return { success: true };
}

/** `POST /{page}/take_thread_control` */
export function takeThreadControl(call: PageCall): Json {
  const { psid } = readRecipient(call);
  call.world.threads.take(call.page.id, psid);
  return { success: true };
}

/** `POST /{page}/request_thread_control`: whoever has the thread may ignore it. */
export function requestThreadControl(call: PageCall): Json {
  readRecipient(call);
  return { success: true };
}

/** `GET /{page}/thread_owner?recipient=` */
export function getThreadOwner(call: PageCall): Json {
  const { world, page, parameters } = call;
  const psid = writtenBy(call, parameters.requiredText('recipient'));
  const owner = world.threads.owner(page.id, psid);
  return { data: [{ thread_owner: { app_id: owner } }] };
}

/** `GET /{page}/secondary_receivers` */
export function getSecondaryReceivers(): Json {
  return { data: [{ id: PAGE_INBOX, name: 'Page Inbox' }] };
}
