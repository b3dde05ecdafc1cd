import {
  isMessage,
  optionsOf,
  ownPersona,
  withoutPersona,
  withPersonaId,
} from '../../src/sending/arguments';

const TAGGED = Object.freeze({ tag: 'HUMAN_AGENT' });
const OWN = Object.freeze({ ...TAGGED, personaId: '2' });
const SNAKE = Object.freeze({ ...TAGGED, persona_id: '3' });

test.each([
  ['no options', ['hi'], { personaId: '1' }],
  ['null', ['hi', null], { personaId: '1' }],
  ['what are no options', ['hi', 'there'], { personaId: '1' }],
  ['options', ['hi', TAGGED], { ...TAGGED, personaId: '1' }],
  ['a persona of their own', ['hi', OWN], { ...TAGGED, personaId: '1' }],
  ['one in snake case', ['hi', SNAKE], { ...TAGGED, personaId: '1' }],
])('arguments with %s carry the persona', (_what, args, options) => {
  const given = [...args];
  expect(withPersonaId(args, 1, '1')).toEqual(['hi', options]);
  expect(args).toEqual(given);
});

test('the options stand where the method has them', () => {
  expect(withPersonaId([], 0, '1')).toEqual([{ personaId: '1' }]);
  expect(withPersonaId(['Which?', []], 2, '1')).toEqual([
    'Which?',
    [],
    { personaId: '1' },
  ]);
});

test.each([
  ['no options', ['hi']],
  ['null', ['hi', null]],
  ['what are no options', ['hi', 'there']],
  ['options', ['hi', TAGGED]],
])('for the Page, arguments with %s stay the very same', (_what, args) => {
  expect(withPersonaId(args, 1, null)).toBe(args);
});

test('for the Page, a persona of their own is left out', () => {
  const args = ['hi', OWN];
  expect(withPersonaId(args, 1, null)).toEqual(['hi', TAGGED]);
  expect(args).toEqual(['hi', OWN]);
});

test.each([
  [undefined, undefined],
  [null, undefined],
  ['there', undefined],
  [OWN, OWN],
])('the options of %p are %p', (given, options) => {
  expect(optionsOf(['hi', given], 1)).toBe(options);
});

test('for the Page, a persona in snake case is left out', () => {
  expect(withPersonaId(['hi', SNAKE], 1, null)).toEqual(['hi', TAGGED]);
});

test.each([
  [undefined, undefined],
  [TAGGED, undefined],
  [OWN, '2'],
  [SNAKE, '3'],
  [{ ...OWN, ...SNAKE }, '2'],
  [{ persona_id: null }, null],
  [{ personaId: null, persona_id: '3' }, null],
])('the persona of the options %p is %p', (options, persona) => {
  expect(ownPersona(options)).toBe(persona);
});

class Attachment {
  readonly personaId = '2';
}

test.each([
  [{ tag: 'a' }, true],
  [Object.create(null), true],
  [new Attachment(), false],
  [Buffer.from('a'), false],
  [[OWN], false],
  [null, false],
  [undefined, false],
  ['personaId', false],
])('that %p is a message: %p', (value: unknown, is) => {
  expect(isMessage(value)).toBe(is);
});

test.each([
  [TAGGED, TAGGED],
  [OWN, TAGGED],
  [SNAKE, TAGGED],
  [{ ...OWN, ...SNAKE }, TAGGED],
  [{ ...TAGGED, persona_id: null }, TAGGED],
])('without a persona, %p is %p', (given, bare) => {
  expect(withoutPersona(given)).toEqual(bare);
});

test.each([[TAGGED], [[OWN]], [null], [undefined], ['hi'], [new Attachment()]])(
  'what has no persona to be taken from it stays the very same: %p',
  (given: unknown) => {
    expect(withoutPersona(given)).toBe(given);
  },
);
