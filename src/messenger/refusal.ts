import type { MessengerClient } from 'bottender';

import { secretsOf } from './call';
import {
  isTransient,
  readGraphFailure,
  type GraphFailure,
} from './graphFailure';

/**
 * Why Messenger refuses a message because of its persona:
 * - `europe`: the customer is in a region without personas,
 * - `unknown`: the ID is of no persona on this Page, or of a deleted one,
 * - `not-made`: the persona could not be made, or its ID not be found out.
 */
export type RefusalReason = 'europe' | 'unknown' | 'not-made';

interface Rule {
  code: number;
  subcode?: number;
  message?: RegExp;
  reason: RefusalReason;
}

/**
 * The answers that are definite and about the persona; everything else is not
 * ours to handle. Each with its meaning and where that is known from.
 *
 * | code | subcode | message          | meaning                              | source |
 * |------|---------|------------------|--------------------------------------|--------|
 * | 10   | 2018336 | any              | personas are not available to people in Europe | answers seen by developers; Meta's own sample app (fbsamples/original-coast-clothing) strips `persona_id` because of it |
 * | 100  | any     | names the persona | no persona of this Page has the ID   | ASSUMPTION: Meta does not document the answer to an unknown `persona_id`; 100 is its code for an invalid parameter |
 */
const RULES: readonly Rule[] = [
  { code: 10, subcode: 2018336, reason: 'europe' },
  { code: 100, message: /persona/i, reason: 'unknown' },
];

/** Why Messenger refused a send because of its persona; `undefined` if it did not. */
export function readRefusal(
  error: unknown,
  client?: MessengerClient,
): { reason: RefusalReason; failure: GraphFailure } | undefined {
  const failure = readGraphFailure(error, secretsOf(client));
  // Not definite: the message may have gone out.
  if (isTransient(failure)) return undefined;
  const rule = RULES.find(
    ({ code, subcode, message }) =>
      failure.code === code &&
      (subcode === undefined || failure.subcode === subcode) &&
      (message === undefined || message.test(failure.message)),
  );
  return rule && { reason: rule.reason, failure };
}
