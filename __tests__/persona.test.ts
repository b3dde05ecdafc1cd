import { InvalidPersonaError } from 'bottender-persona';

import { checkPersona } from '../src/persona';

import { profile } from './support/personas';

test.each(['12345678901234567', 'adam', null])(
  '%j is valid, and returned',
  (given) => {
    expect(checkPersona(given)).toBe(given);
  },
);

test.each([
  ['', 'this was "".'],
  [' ', 'this was " ".'],
  [5, 'of type number'],
  [undefined, 'of type undefined'],
  [{}, 'of type object'],
  [profile('Adam'), 'the name of its profile in the directory'],
])('%j is rejected, and the error contains it: %s', (given, shown) => {
  expect(() => checkPersona(given)).toThrow(InvalidPersonaError);
  expect(() => checkPersona(given)).toThrow(shown);
});
