import { InvalidProfileError } from 'bottender-persona';

import { checkProfile } from '../src/profile';

const picture = 'https://example.com/adam.png';

test.each([
  { name: 'Adam', profilePictureUrl: picture },
  { name: 'Adam', profilePictureUrl: picture, shortName: 'A.' },
  { name: 'Adam', profilePictureUrl: picture, kind: 'human' },
  { name: 'Adam', profilePictureUrl: picture, shortName: 'A.', kind: 'bot' },
])('a valid profile is returned as a copy: %j', (given) => {
  expect(checkProfile(given)).toStrictEqual(given);
  expect(checkProfile(given)).not.toBe(given);
});

test('undefined keys are left out', () => {
  const given = { name: 'Adam', profilePictureUrl: picture };
  expect(checkProfile({ ...given, shortName: undefined })).toStrictEqual(given);
});

test('a short name may have 20 characters of any size', () => {
  const shortName = '🍐'.repeat(20);
  const given = { name: 'Adam', profilePictureUrl: picture, shortName };
  expect(checkProfile(given)).toEqual(given);
});

test.each([
  ['profilePicture', 'no "profilePicture" (did you mean "profilePictureUrl"?)'],
  ['profile_picture_url', '(did you mean "profilePictureUrl"?)'],
  ['shortname', '(did you mean "shortName"?)'],
  ['id', 'no "id"; it has name, profilePictureUrl, shortName, kind.'],
])('an unknown key is rejected: %s', (key, said) => {
  const given = { name: 'Adam', profilePictureUrl: picture, [key]: undefined };
  expect(() => checkProfile(given)).toThrow(InvalidProfileError);
  expect(() => checkProfile(given)).toThrow(said);
});

test.each([['a'.repeat(21)], [''], [' '], [5], [null]])(
  'an invalid short name is rejected: %j',
  (shortName) => {
    const given = { name: 'Adam', profilePictureUrl: picture, shortName };
    expect(() => checkProfile(given)).toThrow(InvalidProfileError);
    expect(() => checkProfile(given)).toThrow(
      'The shortName of the persona "Adam" must be a non-empty string of at most 20 characters.',
    );
  },
);

test.each(['robot', '', 5, null])('an invalid kind is rejected: %j', (kind) => {
  const given = { name: 'Adam', profilePictureUrl: picture, kind };
  expect(() => checkProfile(given)).toThrow(InvalidProfileError);
  expect(() => checkProfile(given)).toThrow(
    `The kind of the persona "Adam" must be 'human' or 'bot'.`,
  );
});

test.each(['http://example.com/adam.png', picture])(
  'a picture URL may be %s',
  (profilePictureUrl) => {
    const profile = { name: 'Adam', profilePictureUrl };
    expect(checkProfile(profile)).toEqual(profile);
  },
);

test('a name may have 50 characters of any size', () => {
  const name = '🍐'.repeat(50);
  expect(checkProfile({ name, profilePictureUrl: picture }).name).toBe(name);
});

test.each([
  ['half of an emoji', { name: 'Pear \u{1F350}'.slice(0, 6) }],
  ['half of one at its beginning', { name: '\u{1F350} Pear'.slice(1) }],
  ['a line break', { name: 'Adam\nthe Boss' }],
  ['a NUL', { name: 'Adam\0' }],
  ['a control character of Latin-1', { name: 'Adam\u0085' }],
  ['half of an emoji', { shortName: '\ud83c' }],
  ['half of an emoji', { profilePictureUrl: `${picture}?\ud83c` }],
])('%s is refused, and the error is printable: %j', (_what, part) => {
  const given = { name: 'Adam', profilePictureUrl: picture, ...part };
  expect(() => checkProfile(given)).toThrow(InvalidProfileError);
  expect(() => checkProfile(given)).toThrow(/^[ -~]*half a character[ -~]*$/);
});

test.each(['👩‍👩‍👧', 'مُحَمَّد\u200f', 'Zoë', '李'])('a name may be %s', (name) => {
  expect(checkProfile({ name, profilePictureUrl: picture }).name).toBe(name);
});

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['Adam', 'string'],
  [{ profilePictureUrl: picture }, 'non-empty string'],
  [{ name: ' ', profilePictureUrl: picture }, 'non-empty string'],
  [{ name: 'A'.repeat(51), profilePictureUrl: picture }, 'has 51'],
  [{ name: 'Adam' }, 'The persona "Adam" has no profilePictureUrl'],
  [{ name: 'Adam', profilePictureUrl: 5 }, 'http(s) URL'],
  [{ name: 'Adam', profilePictureUrl: new URL(picture) }, 'http(s) URL'],
  [{ name: 'Adam', profilePictureUrl: 'ftp://example.com' }, 'http(s) URL'],
  [{ name: 'Adam', profilePictureUrl: 'xhttps://example.com' }, 'http(s) URL'],
  [{ name: 'Adam', profilePictureUrl: '/adam.png' }, 'http(s) URL'],
])('%j is rejected, and the error says: %s', (profile, said) => {
  expect(() => checkProfile(profile)).toThrow(InvalidProfileError);
  expect(() => checkProfile(profile)).toThrow(said);
});
