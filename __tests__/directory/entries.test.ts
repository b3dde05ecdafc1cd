import {
  InvalidOptionError,
  personas,
  type PersonasOptions,
} from 'bottender-persona';

import { checkDirectory } from '../../src/directory/entries';
import { profile } from '../support/personas';

const PICTURE = 'https://example.com/adam.png';

/** What personas() says to a directory as JavaScript may give it. */
function refusal(directory: unknown): string {
  try {
    personas({ directory } as PersonasOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  throw new Error(`personas() took ${JSON.stringify(directory)}`);
}

describe('personas() rejects an invalid entry at once and names it', () => {
  test('in one sentence of the message', () => {
    const doe = { name: 'J. Doe', profilePictureUrl: 'file:///doe.png' };
    expect(refusal({ doe })).toBe(
      'The entry "doe" of the option "directory" is bad: The profilePictureUrl ' +
        'of the persona "J. Doe" must be an http(s) URL that Messenger can fetch.',
    );
  });

  test.each<[string, unknown, RegExp]>([
    ['no name', { name: '', profilePictureUrl: PICTURE }, /name/],
    ['a blank name', { name: ' ', profilePictureUrl: PICTURE }, /name/],
    [
      'a name of 51 characters',
      { name: 'a'.repeat(51), profilePictureUrl: PICTURE },
      /at most 50/,
    ],
    ['no picture', { name: 'Adam' }, /profilePictureUrl/],
    [
      'a picture on disk',
      { name: 'Adam', profilePictureUrl: 'file:///adam.png' },
      /http\(s\)/,
    ],
    ['an ID with letters', '12345a', /digits/],
    ['an ID with spaces', ' 12345', /digits/],
    ['an empty ID', '', /digits/],
    ['another entry’s name', 'desk', /digits/],
    ['an ID as a number', 12345, /a persona ID, which is a string of digits/],
    ['null', null, /profile/],
    ['undefined', undefined, /profile/],
    ['an array', ['Adam', PICTURE], /name/],
    ['an `id` with letters', { ...profile('Adam'), id: '12a' }, /bad `id`/],
    ['an empty `id`', { ...profile('Adam'), id: '' }, /bad `id`/],
    [
      'an `id` of a bad kind',
      { id: '12', kind: 'robot' },
      /kind of the persona/,
    ],
    ['an `id` as a number', { ...profile('Adam'), id: 12 }, /bad `id`/],
    [
      'a key that there is not',
      { ...profile('Adam'), ID: '12' },
      /is bad: .* has no "ID"/,
    ],
    [
      'a misspelt key',
      { name: 'Adam', profilePicture: PICTURE },
      /no "profilePicture" \(did you mean "profilePictureUrl"\?\)/,
    ],
    [
      'a misspelt key beside an `id`',
      { ...profile('Adam'), id: '12', shortname: 'A' },
      /\(did you mean "shortName"\?\)/,
    ],
    [
      'a short name of 21 characters',
      { ...profile('Adam'), shortName: 'a'.repeat(21) },
      /shortName/,
    ],
  ])('%s', (_what, entry, why) => {
    const message = refusal({ desk: '1', adam: entry });
    expect(message).toContain('The entry "adam" of the option "directory"');
    expect(message).toMatch(/[^.]\.$/);
    expect(message).toMatch(why);
  });

  test.each(['', ' '])('under the empty name %p', (name) => {
    expect(refusal({ [name]: profile('Adam') })).toMatch(
      /"directory".*has an empty name/,
    );
  });

  test.each(['ad\ud83c', 'ad\nam'])('under the name %j', (name) => {
    expect(refusal({ [name]: profile('Adam') })).toMatch(
      /^[ -~]*"ad\\u(d83c|000aam)"[ -~]* half a character in its name\.$/,
    );
  });

  test.each([
    ['a profile', profile('Adam')],
    ['an ID', '5'],
  ])('under a name that looks like an ID, with %s', (_what, entry) => {
    const message = refusal({ '1234567890': entry });
    expect(message).toContain('The entry "1234567890"');
    expect(message).toMatch(/looks like a persona ID/);
  });

  test('without printing the value, which might be a token', () => {
    expect(refusal({ adam: 'EAAG_token' })).not.toContain('EAAG_token');
  });
});

describe('personas() rejects two entries with the same `name`, and names both', () => {
  test.each([
    ['profiles that are equal', profile('Adam')],
    ['with another picture', { name: 'Adam', profilePictureUrl: PICTURE }],
    ['one with an ID', { ...profile('Adam'), id: '12' }],
  ])('%s', (_what, other) => {
    const message = refusal({ adam: profile('Adam'), bea: '5', boss: other });
    expect(message).toContain('The entry "boss" of the option "directory"');
    expect(message).toContain('the entry "adam": "Adam"');
  });
});

describe('personas() rejects an invalid directory, and names the option', () => {
  test.each([
    ['an array', [profile('Adam')]],
    ['an empty array', []],
    ['a Map', new Map([['adam', profile('Adam')]])],
    ['null', null],
    ['a string', 'adam'],
    ['a number', 5],
    ['a function', () => ({ adam: profile('Adam') })],
    ['true', true],
  ])('%s', (_what, directory) => {
    expect(refusal(directory)).toMatch(/The option "directory".*an object/);
  });
});

describe('personas() accepts', () => {
  test.each<[string, PersonasOptions['directory']]>([
    ['no directory', undefined],
    ['an empty directory', {}],
    ['IDs and profiles', { adam: profile('Adam'), desk: '12345' }],
    ['an ID with a profile', { eve: { ...profile('Eve'), id: '12345' } }],
    ['a short name', { eve: { ...profile('Eve'), shortName: 'E.' } }],
    ['one ID for two names', { desk: '12345', shop: '12345' }],
    ['a name in any script', { エリ: profile('エリ'), 'agent 7': '7' }],
    ['names of Object’s own', { constructor: '1', toString: '2' }],
    ['an object without prototype', Object.assign(Object.create(null), {})],
    ['a name of 50 characters', { adam: profile('é'.repeat(50)) }],
  ])('%s', (_what, directory) => {
    expect(typeof personas({ directory })).toBe('function');
  });
});

test.each([
  ['a profile', profile('Adam'), undefined, profile('Adam')],
  ['an ID', '12345', '12345', undefined],
  ['both', { ...profile('Adam'), id: '12345' }, '12345', profile('Adam')],
  [
    'a profile whose ID is undefined',
    { ...profile('Adam'), id: undefined },
    undefined,
    profile('Adam'),
  ],
])('an entry that is %s is read', (_what, given, id, look) => {
  const named = checkDirectory({ adam: given }).get('adam');
  expect(named?.id).toBe(id);
  expect(named?.given).toStrictEqual(look);
  expect(named?.profile).toStrictEqual(look);
});
