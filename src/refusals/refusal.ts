import { isTransient, type GraphFailure } from '../graph/graphFailure';

/**
 * Why a message does not show the persona that was meant:
 * - `region`: personas are refused for this customer,
 * - `unknown`: no persona of this Page has the ID, or the name stands for none,
 * - `not-made`: the persona could not be made, or its ID not be found out,
 * - `this-message`: the persona exists, and Messenger refuses it for this message,
 * - `unverified`: Messenger refused it, and nothing tells whether it exists,
 * - `initial-persona`: the option `initialPersona` did not say who speaks,
 * - `channel`: another channel than Messenger refused the name or the picture,
 * - `ignored`: another channel took the message and did not show the name.
 */
export type RefusalReason =
  | 'region'
  | 'unknown'
  | 'not-made'
  | 'this-message'
  | 'unverified'
  | 'initial-persona'
  | 'channel'
  | 'ignored';

interface Rule {
  code: number;
  subcode?: number;
  message?: RegExp;
  about: 'region' | 'persona';
}

/**
 * The answers to a send that are definite and about the persona; everything
 * else is not ours to handle. Each with its meaning and where that is known from.
 *
 * | code | subcode | message           | meaning                                       | source |
 * |------|---------|-------------------|-----------------------------------------------|--------|
 * | 10   | 2018336 | any               | personas are not available to this customer   | docs/messenger-facts.md#personas-refused-by-region; not docs/messenger-facts.md#page-restricted |
 * | 100  | any     | names the persona | something about the persona is not right: whether it exists is asked before anything follows | ASSUMPTION: docs/messenger-facts.md#unknown-persona; not docs/messenger-facts.md#invalid-keys |
 */
const RULES: readonly Rule[] = [
  { code: 10, subcode: 2018336, about: 'region' },
  // The word itself, and not "personalization".
  { code: 100, message: /\bpersona(_id)?\b/i, about: 'persona' },
];

/** What Messenger refused a send for, if that is definite: its persona, or personas for this customer. */
export function readRefusal(
  failure: GraphFailure,
): 'region' | 'persona' | undefined {
  // Not definite: the message may have gone out.
  if (isTransient(failure)) return undefined;
  return RULES.find(
    ({ code, subcode, message }) =>
      failure.code === code &&
      (subcode === undefined || failure.subcode === subcode) &&
      (message === undefined || message.test(failure.message)),
  )?.about;
}
