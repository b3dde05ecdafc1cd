import { checkKnown, checkText, fail } from '../values/checks';
import type { JsonObject } from '../values/json';
import type { InboxResult } from '../types';
import type { Inbox } from '../world/inbox';

/**
 * `POST inbox`: a person acts in the Page's inbox.
 *
 * @throws {TypeError} naming the wrong field.
 */
export async function useInbox(
  inbox: Inbox,
  fields: JsonObject,
): Promise<InboxResult | { mid: string }> {
  checkKnown(fields, ['psid', 'pageId', 'action', 'text', 'metadata'], '');
  const psid = checkText(fields.psid, 'psid');
  const { pageId, metadata } = fields;
  const options = {
    ...(pageId === undefined ? {} : { pageId: checkText(pageId, 'pageId') }),
    ...(metadata === undefined
      ? {}
      : { metadata: checkText(metadata, 'metadata') }),
  };
  switch (fields.action) {
    case 'take':
      return inbox.take(psid, options);
    case 'pass':
      return inbox.pass(psid, options);
    case 'request':
      return inbox.request(psid, options);
    case 'answer':
      return inbox.answer(psid, checkText(fields.text, 'text'), options);
    default:
      return fail('action', 'take, answer, pass or request');
  }
}
