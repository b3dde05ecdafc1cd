import { GraphError, invalidParameter } from '../values/graphError';
import { field, textOf } from '../values/json';
import type { PageCall } from './call';

/** Whom a call is about. */
export interface Recipient {
  psid: string;
  /** Answers to a `user_ref` do not give the PSID away. */
  isByUserRef: boolean;
}

/** `recipient`: a customer by PSID (`id`), or by the checkbox plugin's `user_ref`. */
export function readRecipient(call: PageCall): Recipient {
  const { world, page, parameters } = call;
  const recipient = parameters.object('recipient');
  if (!recipient) throw invalidParameter('The parameter recipient is required');
  const id = textOf(field(recipient, 'id'));
  if (id !== undefined)
    return { psid: writtenBy(call, id), isByUserRef: false };
  const userRef = textOf(field(recipient, 'user_ref'));
  if (userRef === undefined) {
    throw invalidParameter('Param recipient must have an id or a user_ref');
  }
  const psid = world.conversations.psidOfUserRef(page.id, userRef);
  if (psid === undefined) throw noMatchingUser();
  return { psid, isByUserRef: true };
}

/**
 * The PSID itself, which exists for a Page once it has written to it.
 *
 * @throws {GraphError} code 100, subcode 2018001.
 */
export function writtenBy({ world, page }: PageCall, psid: string): string {
  if (!world.conversations.hasWritten(page.id, psid)) throw noMatchingUser();
  return psid;
}

/** @see https://developers.facebook.com/docs/messenger-platform/reference/send-api/error-codes */
function noMatchingUser(): GraphError {
  return new GraphError('(#100) No matching user found', { subcode: 2018001 });
}
