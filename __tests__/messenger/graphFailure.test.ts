import {
  describeFailure,
  isGone,
  isTransient,
  readGraphFailure,
  type GraphFailure,
} from '../../src/messenger/graphFailure';

/** What the direct client rejects with, around Graph's own error. */
const answered = (error: object, status = 400) => ({
  message: 'Request failed',
  response: { status, data: { error } },
});

describe('readGraphFailure', () => {
  const GRAPH_ERROR = {
    message: '(#613) too many',
    type: 'OAuthException',
    code: 613,
    errorSubcode: 99,
    fbtraceId: 'A1b',
    isTransient: true,
  };
  const FAILURE: GraphFailure = {
    status: 400,
    message: '(#613) too many',
    type: 'OAuthException',
    code: 613,
    subcode: 99,
    fbtraceId: 'A1b',
    isTransient: true,
  };

  test.each([
    ['the direct client', answered(GRAPH_ERROR)],
    [
      'the batch queue',
      { message: 'x', response: { code: 400, body: { error: GRAPH_ERROR } } },
    ],
  ])('reads everything of an error of %s', (_client, error) => {
    expect(readGraphFailure(error)).toEqual(FAILURE);
  });

  test('leaves out what is of another type', () => {
    const { message } = FAILURE;
    const error = { message, code: '613', type: 5, isTransient: 'yes' };
    expect(readGraphFailure(answered(error))).toEqual({ status: 400, message });
  });

  test.each([
    ['of the error, where nothing was answered', new Error('reset'), 'reset'],
    [
      'of the error, where no text was answered',
      answered({}),
      'Request failed',
    ],
    ['for what is no error', 'oops', 'unknown error'],
    ['for nothing', undefined, 'unknown error'],
    ['for null', null, 'unknown error'],
    ['for a message that is no text', { message: 5 }, 'unknown error'],
  ])('has the message %s', (_what, error, message) => {
    expect(readGraphFailure(error).message).toBe(message);
  });

  test.each([
    [
      'GET https://host/me?access_token=EAAG&fields=id failed',
      'GET https://host/me?access_token=[removed]&fields=id failed',
    ],
    [
      'appsecret_proof=ab12 "input_token=EAAG" (access_token=EAAG\'x)',
      'appsecret_proof=[removed] "input_token=[removed]" (access_token=[removed]\'x)',
    ],
    ['the token s3cret, s3cret', 'the token [removed], [removed]'],
  ])('takes secrets out: %s', (message, clean) => {
    const failure = readGraphFailure(new Error(message), ['s3cret', '']);
    expect(failure.message).toBe(clean);
  });
});

test.each<[boolean, string, Partial<GraphFailure>]>([
  [true, 'no answer', {}],
  [true, 'HTTP 500', { status: 500 }],
  [false, 'HTTP 499', { status: 499 }],
  [true, 'what Messenger calls so', { status: 400, isTransient: true }],
  [
    false,
    'what Messenger calls the opposite',
    { status: 400, isTransient: false },
  ],
  ...[1, 2, 4, 17, 32, 341, 613].map(
    (code): [boolean, string, Partial<GraphFailure>] => [
      true,
      `code ${code}`,
      { status: 400, code },
    ],
  ),
  [false, 'a bad parameter', { status: 400, code: 100 }],
])('may pass (%s): %s', (passes, _what, failure) => {
  expect(isTransient({ message: '', ...failure })).toBe(passes);
});

test.each([
  [true, 100, 33],
  [false, 100, undefined],
  [false, undefined, 33],
  [false, 100, 34],
  [false, 10, 33],
])('is gone (%s): code %p, subcode %p', (gone, code, subcode) => {
  expect(isGone({ message: '', code, subcode })).toBe(gone);
});

describe('describeFailure', () => {
  test('says every number that there is', () => {
    const failure = { status: 400, code: 100, subcode: 33, fbtraceId: 'A1b' };
    expect(describeFailure({ message: 'no', ...failure })).toBe(
      'no (HTTP 400, code 100, subcode 33, fbtrace_id A1b)',
    );
  });

  test.each([
    [{ status: 503 }, 'no (HTTP 503)'],
    [{ code: 4 }, 'no (code 4)'],
    [{ subcode: 33 }, 'no (subcode 33)'],
    [{ fbtraceId: 'A1b' }, 'no (fbtrace_id A1b)'],
    [{}, 'no'],
  ])('of %j says: %s', (failure, said) => {
    expect(describeFailure({ message: 'no', ...failure })).toBe(said);
  });
});
