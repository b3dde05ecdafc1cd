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
])('finds the nearest name: %s', (_what, name, right) => {
  expect(closestMatch(name, NAMES)).toBe(right);
});

test.each([
  ['nothing like it', 'zoe'],
  ['an empty name', ''],
  ['a part of one', 'desk'],
  ['a text without end', 'adam'.repeat(1_000_000)],
])('finds none: %s', (_what, name) => {
  expect(closestMatch(name, NAMES)).toBeUndefined();
});

test('finds none among none', () => {
  expect(closestMatch('adam', [])).toBeUndefined();
});

test('the first of names that are equally near', () => {
  expect(closestMatch('adan', ['adam', 'adar'])).toBe('adam');
  expect(closestMatch('adan', ['adar', 'adam'])).toBe('adar');
});

test('says it in words for an error', () => {
  expect(didYouMean('adma', NAMES)).toBe(' (did you mean "adam"?)');
  expect(didYouMean('zoe', NAMES)).toBe('');
});

test('a long name may have as many mistakes as a third of it, on either side', () => {
  expect(closestMatch('abcd', ['abcdef'])).toBe('abcdef');
  expect(closestMatch('abcdef', ['abcd'])).toBe('abcd');
  expect(closestMatch('abcd', ['abcdefg'])).toBeUndefined();
});
