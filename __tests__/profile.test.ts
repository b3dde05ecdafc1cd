import { InvalidProfileError } from 'bottender-persona';

import { checkProfile } from '../src/profile';

const picture = 'https://example.com/adam.png';

test('a profile is given back, and nothing but the profile', () => {
  const given = { name: 'Adam', profilePictureUrl: picture, id: '1' };
  expect(checkProfile(given)).toEqual({
    name: 'Adam',
    profilePictureUrl: picture,
  });
});

test.each(['http://example.com/adam.png', picture])(
  'a picture may be at %s',
  (profilePictureUrl) => {
    const profile = { name: 'Adam', profilePictureUrl };
    expect(checkProfile(profile)).toEqual(profile);
  },
);

test('a name may have 50 characters, however many bytes they take', () => {
  const name = '🍐'.repeat(50);
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
  [{ name: 'Adam', profilePictureUrl: '/adam.png' }, 'http(s) URL'],
])('%j is refused, and the error says: %s', (profile, said) => {
  expect(() => checkProfile(profile)).toThrow(InvalidProfileError);
  expect(() => checkProfile(profile)).toThrow(said);
});
