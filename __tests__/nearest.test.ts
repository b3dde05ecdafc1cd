import { didYouMean, nearest } from '../src/nearest';

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
  expect(nearest(name, NAMES)).toBe(right);
});

test.each([
  ['nothing like it', 'zoe'],
  ['an empty name', ''],
  ['a part of one', 'desk'],
  ['a text without end', 'adam'.repeat(1_000_000)],
])('finds none: %s', (_what, name) => {
  expect(nearest(name, NAMES)).toBeUndefined();
});

test('finds none among none', () => {
  expect(nearest('adam', [])).toBeUndefined();
});

test('the first of names that are equally near', () => {
  expect(nearest('adan', ['adam', 'adar'])).toBe('adam');
  expect(nearest('adan', ['adar', 'adam'])).toBe('adar');
});

test('says it in words for an error', () => {
  expect(didYouMean('adma', NAMES)).toBe(' (did you mean "adam"?)');
  expect(didYouMean('zoe', NAMES)).toBe('');
});

test('a long name may have as many mistakes as a third of it, on either side', () => {
  expect(nearest('abcd', ['abcdef'])).toBe('abcdef');
  expect(nearest('abcdef', ['abcd'])).toBe('abcd');
  expect(nearest('abcd', ['abcdefg'])).toBeUndefined();
});
