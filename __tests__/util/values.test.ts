import {
  getProperty,
  idOrNone,
  isObject,
  isPlainObject,
  isThenable,
  propertiesOf,
  textIn,
} from '../../src/util/values';

test.each<[string, isOne: boolean, isPlain: boolean, unknown]>([
  ['an object', true, true, {}],
  ['an object without a prototype', true, true, Object.create(null)],
  ['an object that extends another one', true, false, Object.create({})],
  ['an array', true, false, []],
  ['an instance of a class', true, false, new Map()],
  ['null', false, false, null],
  ['undefined', false, false, undefined],
  ['a text', false, false, 'a'],
  ['a function', false, false, () => ({})],
])(
  'whether %s is an object (%p), and a plain one (%p)',
  (_what, isOne, isPlain, value) => {
    expect(isObject(value)).toBe(isOne);
    expect(isPlainObject(value)).toBe(isPlain);
  },
);

test.each<[unknown, boolean]>([
  [Promise.resolve(), true],
  [{ then: () => undefined }, true],
  [{ then: 'later' }, false],
  [{}, false],
  [undefined, false],
])('%p is a promise: %p', (value, is) => {
  expect(isThenable(value)).toBe(is);
});

test('a property of what is no object is undefined, at any depth', () => {
  const value = { a: { b: { c: 1 } }, text: 'text' };
  expect(getProperty(value, 'a', 'b', 'c')).toBe(1);
  expect(getProperty(value, 'a', 'x', 'c')).toBeUndefined();
  expect(getProperty(value, 'text', 'length')).toBeUndefined();
  expect(getProperty(null, 'a')).toBeUndefined();
  expect(propertiesOf(value)).toEqual(value);
  expect(propertiesOf('text')).toEqual({});
  expect(textIn(value, 'text')).toBe('text');
  expect(textIn(value, 'a', 'b', 'c')).toBe('');
});

test.each<[unknown, string | undefined]>([
  ['7', '7'],
  [7, '7'],
  [0, '0'],
  [null, undefined],
  [{}, undefined],
])('the ID in %p is %p', (value, id) => {
  expect(idOrNone(value)).toBe(id);
});
