import type { Json } from '../values/json';
import type { PageCall } from './call';
import { writtenBy } from './recipient';

/**
 * `POST /{page}/unlink_accounts`. Of an account that the bot itself has
 * unlinked there is nothing to tell it: docs/messenger-facts.md#account-linking
 *
 * @throws {GraphError} for a PSID that has not written to the Page.
 */
export function unlinkAccounts(call: PageCall): Json {
  writtenBy(call, call.parameters.requiredText('psid'));
  return { result: 'unlink account success' };
}
