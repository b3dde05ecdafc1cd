import { closestMatch, didYouMean } from '../../src/util/closestMatch';

const NAMES = ['adam', 'adele', 'frontDesk'];

test.each([
  ['swapped characters', 'adma', 'adam'],
  ['one too few', 'frontDes', 'frontDesk'],
  ['one too many', 'addele', 'adele'],
  ['a mistaken one', 'adan', 'adam'],
  ['one too many and a mistaken one', 'addela', 'adele'],
  ['other capitals', 'FRONTDESK', 'frontDesk'],
  ['another spelling of a compound', 'front_desk', 'frontDesk'],
  ['the name itself', 'adele', 'adele'],
])('finds the closest name: %s', (_what, name, right) => {
  expect(closestMatch(name, NAMES)).toBe(right);
});

test.each([
  ['nothing like it', 'zoe'],
  ['an empty name', ''],
  ['a part of one', 'desk'],
  ['a text without end', 'adam'.repeat(1_000_000)],
])('finds nothing: %s', (_what, name) => {
  expect(closestMatch(name, NAMES)).toBeUndefined();
});

test('finds nothing among no names', () => {
  expect(closestMatch('adam', [])).toBeUndefined();
});

test('finds the first of equally close names', () => {
  expect(closestMatch('adan', ['adam', 'adar'])).toBe('adam');
  expect(closestMatch('adan', ['adar', 'adam'])).toBe('adar');
});

test('words the suggestion for an error', () => {
  expect(didYouMean('adma', NAMES)).toBe(' (did you mean "adam"?)');
  expect(didYouMean('zoe', NAMES)).toBe('');
});

test('a third of a long name may be misspelt, in either direction', () => {
  expect(closestMatch('abcd', ['abcdef'])).toBe('abcdef');
  expect(closestMatch('abcdef', ['abcd'])).toBe('abcd');
  expect(closestMatch('abcd', ['abcdefg'])).toBeUndefined();
});
