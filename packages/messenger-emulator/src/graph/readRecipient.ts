import { GraphError, invalidParameter } from '../values/graphError';
import { getProperty, toText } from '../values/json';
import type { AddressKind } from '../types';
import type { Address } from '../world/addresses';
import type { PageCall } from './call';

/** Whom a call is about. */
export interface Recipient {
  psid: string;
  /** The address that was used instead of the PSID. */
  address?: Address;
}

const ADDRESSES: readonly AddressKind[] = [
  'user_ref',
  'phone_number',
  'comment_id',
  'post_id',
  'one_time_notif_token',
  'notification_messages_token',
];

/**
 * Reads `recipient`: a PSID (`id`), or another address of the customer.
 *
 * @throws {GraphError} if there is no such customer, or the address is no
 *   longer valid.
 */
export function readRecipient(call: PageCall): Recipient {
  const recipient = call.parameters.object('recipient');
  if (!recipient) throw invalidParameter('The parameter recipient is required');
  const id = toText(getProperty(recipient, 'id'));
  if (id !== undefined) return { psid: requireCustomer(call, id) };
  for (const kind of ADDRESSES) {
    const value = toText(getProperty(recipient, kind));
    if (value !== undefined) return findByAddress(call, kind, value);
  }
  throw invalidParameter(
    `Param recipient must have one of {id, ${ADDRESSES.join(', ')}}`,
  );
}

/**
 * Returns the PSID if this customer has written to the Page.
 *
 * @throws {GraphError} code 100, subcode 2018001.
 */
export function requireCustomer(
  { world, page }: PageCall,
  psid: string,
): string {
  if (!world.conversations.hasWritten(page.id, psid)) throw noMatchingUser();
  return psid;
}

function findByAddress(
  { world, page }: PageCall,
  kind: AddressKind,
  value: string,
): Recipient {
  const address = world.addresses.find(page.id, kind, value);
  if (!address) {
    throw kind === 'comment_id' || kind === 'post_id'
      ? invalidActivity(kind)
      : noMatchingUser();
  }
  if (address.isSpent) throw addressUsed(kind);
  if (address.until <= world.clock.now()) throw addressExpired(kind);
  return { psid: address.psid, address };
}

/** docs/messenger-facts.md#unknown-recipient */
function noMatchingUser(): GraphError {
  return new GraphError('(#100) No matching user found', { subcode: 2018001 });
}

/** docs/messenger-facts.md#invalid-comment */
function invalidActivity(kind: AddressKind): GraphError {
  return new GraphError(`(#100) Invalid ${kind} parameter`, {
    subcode: 2018292,
  });
}

/** ASSUMPTION: the answer to a second use is undocumented. */
function addressUsed(kind: AddressKind): GraphError {
  return invalidParameter(
    `The ${kind} has been used already, and is valid once`,
  );
}

/** ASSUMPTION: the answer to an expired address is undocumented. */
function addressExpired(kind: AddressKind): GraphError {
  return invalidParameter(`The ${kind} has expired`);
}
