import {
  checkFields,
  checkId,
  checkKnown,
  checkLength,
  checkText,
  fail,
} from '../values/checks';
import type { Referral } from '../types';

/** The emulator's own limit; Meta's pages contradict each other. */
const MAX_REF_LENGTH = 2083;

/**
 * Validates a referral: docs/messenger-facts.md#referrals
 *
 * @throws {TypeError} naming the wrong field.
 */
export function readReferral(given: unknown): Referral {
  const link = checkFields(given, 'link');
  checkKnown(link, ['ref', 'source', 'ad_id'], 'link.');
  const { ref, source = 'SHORTLINK', ad_id: adId } = link;
  if (source !== 'SHORTLINK' && source !== 'ADS') {
    fail('link.source', 'SHORTLINK or ADS');
  }
  return {
    ...(ref === undefined
      ? {}
      : {
          ref: checkLength(
            checkText(ref, 'link.ref'),
            'link.ref',
            MAX_REF_LENGTH,
          ),
        }),
    source,
    type: 'OPEN_THREAD',
    ...(adId === undefined ? {} : { ad_id: checkId(adId, 'link.ad_id') }),
  };
}
