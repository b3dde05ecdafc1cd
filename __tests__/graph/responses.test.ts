import {
  isId,
  parseDeletion,
  parseListPage,
  parsePage,
  parsePersona,
  parsePersonaId,
} from '../../src/graph/responses';

const NONSENSE: [string, unknown][] = [
  ['HTML', '<html></html>'],
  ['a text', 'ok'],
  ['null', null],
  ['nothing', undefined],
  ['a number', 7],
  ['true', true],
  ['an empty object', {}],
  ['a list', [{ id: '1' }]],
  ['no ID', { id: null }],
  ['an empty ID', { id: '' }],
  ['a number for an ID', { id: 12 }],
  ['an ID with more than digits', { id: '12/personas' }],
  ['an ID with a line after it', { id: '12\n' }],
  ['an ID without an end', { id: '1'.repeat(101) }],
  ['an object for an ID', { id: { id: '1' } }],
];

const failed = (message: string) => ({
  ok: false,
  failure: { status: 200, message },
});

test.each(NONSENSE)('%s is an invalid response', (_what, answer) => {
  expect(parsePage(answer)).toEqual(failed('the response has no Page ID'));
  expect(parsePersonaId(answer)).toEqual(
    failed('the response has no persona ID'),
  );
  expect(parsePersona(answer, '1')).toEqual(
    failed('the response is not about the persona 1'),
  );
  expect(parseListPage(answer)).toEqual(
    failed('the response is not a list of personas'),
  );
  expect(parseDeletion(answer)).toEqual({
    ok: false,
    failure: {
      status: 200,
      message: 'the response does not confirm the deletion',
      isTransient: true,
    },
  });
});

test('an ID may have any number of digits', () => {
  expect([isId('0'), isId('1'.repeat(100))]).toEqual([true, true]);
});

test.each([[{ success: false }], [{ success: 'true' }], [{ success: 1 }]])(
  'is not the answer to a deletion: %j',
  (answer) => {
    expect(parseDeletion(answer)).toMatchObject({ ok: false });
  },
);

test('the answer to a deletion is recognised', () => {
  expect(parseDeletion({ success: true })).toEqual({ ok: true });
});

test('a Page may have no name', () => {
  const read = (name: unknown) => parsePage({ id: '1', name });
  expect(read('Shop')).toEqual({ ok: true, value: { id: '1', name: 'Shop' } });
  for (const name of [undefined, null, 5]) {
    expect(read(name)).toEqual({ ok: true, value: { id: '1', name: '' } });
  }
});

describe('a persona', () => {
  test('may lack name and picture; other fields are left out', () => {
    expect(parsePersona({ id: '1', more: true }, '1')).toEqual({
      ok: true,
      value: { id: '1', name: '', profilePictureUrl: '' },
    });
    const odd = { id: '1', name: 5, profilePictureUrl: { url: 'x' } };
    expect(parsePersona(odd, '1')).toEqual(parsePersona({ id: '1' }, '1'));
  });

  test('must be the one that was requested', () => {
    expect(parsePersona({ id: '2', name: 'Eve' }, '1')).toMatchObject({
      ok: false,
    });
  });
});

describe('a page of a list', () => {
  const next = 'https://graph.facebook.com/next';
  const adam = { id: '1', name: 'Adam', profilePictureUrl: 'http://a' };
  const read = (answer: unknown) => {
    const outcome = parseListPage(answer);
    return outcome.ok ? outcome.value : undefined;
  };

  test.each([null, 'x', 5, [], {}, { name: 'Eve' }, { id: 7 }])(
    'skips an invalid entry: %j',
    (bad) => {
      expect(read({ data: [bad, adam] })).toEqual({
        personas: [adam],
        after: undefined,
        isComplete: false,
      });
    },
  );

  test('may be empty and have a next page', () => {
    const paging = { next, cursors: { after: 'b' } };
    expect(read({ data: [], paging })).toEqual({
      personas: [],
      after: 'b',
      isComplete: true,
    });
  });

  test.each([
    ['no paging', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a cursor and no next', { cursors: { after: 'b' } }],
    ['an empty next', { next: '', cursors: { after: 'b' } }],
  ])('with %s is the last', (_what, paging) => {
    expect(read({ data: [adam], paging })).toEqual({
      personas: [adam],
      after: undefined,
      isComplete: true,
    });
  });

  test.each([
    ['no cursors', undefined],
    ['null', null],
    ['no cursor', {}],
    ['an empty cursor', { after: '' }],
    ['a cursor that is no text', { after: 5 }],
  ])(
    'whose next page cannot be requested is incomplete: %s',
    (_what, cursors) => {
      expect(read({ data: [adam], paging: { next, cursors } })).toEqual({
        personas: [adam],
        after: undefined,
        isComplete: false,
      });
    },
  );
});
