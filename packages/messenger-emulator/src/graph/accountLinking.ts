import { invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { PageCall } from './call';
import type { Node } from './fields';
import { requireCustomer } from './readRecipient';

/**
 * `GET /me?fields=recipient&account_linking_token=`: the PSID of the customer
 * who is logging in. See docs/messenger-facts.md#account-linking
 */
export function loginFields({ world, page, parameters }: PageCall): Node {
  const token = parameters.text('account_linking_token');
  if (token === undefined) return {};
  const login = world.logins.find(token, world.clock.now());
  if (login?.pageId !== page.id) {
    throw invalidParameter('The account_linking_token is invalid or expired');
  }
  return { recipient: login.psid };
}

/**
 * `POST /{page}/unlink_accounts`. Sends no webhook, because the bot itself has
 * unlinked the account. See docs/messenger-facts.md#account-linking
 *
 * @throws {GraphError} for a PSID that has not written to the Page.
 */
export function unlinkAccounts(call: PageCall): Json {
  requireCustomer(call, call.parameters.requiredText('psid'));
  return { result: 'unlink account success' };
}
