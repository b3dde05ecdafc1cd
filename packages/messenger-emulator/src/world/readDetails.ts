import {
  checkBoolean,
  checkFields,
  checkKnown,
  checkLength,
  checkText,
  fail,
} from '../values/checks';
import type { CustomerDetails } from '../types';

const MAX_NAME_LENGTH = 200;

/**
 * Validates the details of a customer.
 *
 * @param where a prefix for names of fields in errors
 * @throws {TypeError} naming the wrong field.
 */
export function readDetails(given: unknown, where = ''): CustomerDetails {
  const details = checkFields(given, 'details');
  checkKnown(details, ['name', 'phoneNumber', 'european'], where);
  const { name, phoneNumber, european } = details;
  if (
    phoneNumber !== undefined &&
    !/^\+[\d\s()-]{5,30}$/.test(checkText(phoneNumber, `${where}phoneNumber`))
  ) {
    fail(`${where}phoneNumber`, 'digits with a leading "+"');
  }
  return {
    ...(name === undefined
      ? {}
      : {
          name: checkLength(
            checkText(name, `${where}name`),
            `${where}name`,
            MAX_NAME_LENGTH,
          ),
        }),
    ...(phoneNumber === undefined
      ? {}
      : { phoneNumber: checkText(phoneNumber, `${where}phoneNumber`) }),
    ...(european === undefined
      ? {}
      : { european: checkBoolean(european, `${where}european`) }),
  };
}
