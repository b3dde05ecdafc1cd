import {
  checkBoolean,
  checkFields,
  checkKnown,
  checkLength,
  checkText,
  fail,
} from '../values/checks';
import type { CustomerDetails } from '../types';

const LONGEST_NAME = 200;

/**
 * What is known of a customer, checked.
 *
 * @throws {TypeError} naming the wrong field.
 */
export function readDetails(given: unknown): CustomerDetails {
  const details = checkFields(given, 'details');
  checkKnown(details, ['name', 'phoneNumber', 'european'], '');
  const { name, phoneNumber, european } = details;
  if (
    phoneNumber !== undefined &&
    !/^\+[\d\s()-]{5,30}$/.test(checkText(phoneNumber, 'phoneNumber'))
  ) {
    fail('phoneNumber', 'digits with a leading "+"');
  }
  return {
    ...(name === undefined
      ? {}
      : { name: checkLength(checkText(name, 'name'), 'name', LONGEST_NAME) }),
    ...(phoneNumber === undefined
      ? {}
      : { phoneNumber: checkText(phoneNumber, 'phoneNumber') }),
    ...(european === undefined
      ? {}
      : { european: checkBoolean(european, 'european') }),
  };
}
