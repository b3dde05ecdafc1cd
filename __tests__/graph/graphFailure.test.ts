import {
  describeFailure,
  isGone,
  isRateLimit,
  isTransient,
  readGraphFailure,
  type GraphFailure,
} from '../../src/graph/graphFailure';

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
    errorUserTitle: "Image wasn't downloaded",
    errorUserMsg: 'The server did not give it.',
  };
  const FAILURE: GraphFailure = {
    status: 400,
    message: '(#613) too many',
    type: 'OAuthException',
    code: 613,
    subcode: 99,
    fbtraceId: 'A1b',
    isTransient: true,
    userTitle: "Image wasn't downloaded",
    userMessage: 'The server did not give it.',
  };
  const AS_ON_THE_WIRE = {
    message: GRAPH_ERROR.message,
    type: GRAPH_ERROR.type,
    code: GRAPH_ERROR.code,
    error_subcode: GRAPH_ERROR.errorSubcode,
    fbtrace_id: GRAPH_ERROR.fbtraceId,
    is_transient: GRAPH_ERROR.isTransient,
    error_user_title: GRAPH_ERROR.errorUserTitle,
    error_user_msg: GRAPH_ERROR.errorUserMsg,
  };

  test.each([
    ['the direct client', answered(GRAPH_ERROR)],
    ['what leaves names as they were on the wire', answered(AS_ON_THE_WIRE)],
    [
      'the batch queue',
      { message: 'x', response: { code: 400, body: { error: GRAPH_ERROR } } },
    ],
  ])('reads all fields of an error of %s', (_client, error) => {
    expect(readGraphFailure(error)).toEqual(FAILURE);
  });

  test('leaves out fields of another type', () => {
    const { message } = FAILURE;
    const error = {
      message,
      code: '613',
      errorSubcode: null,
      type: 5,
      fbtraceId: ['A1b'],
      isTransient: 'yes',
      errorUserTitle: { en: 'No' },
      errorUserMsg: 7,
    };
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
  ])('redacts secrets: %s', (message, clean) => {
    const failure = readGraphFailure(new Error(message), ['s3cret', '']);
    expect(failure.message).toBe(clean);
  });
});

describe('a text of a failure', () => {
  const SECRET = 'app|s3cret/\u00fc ';
  const KNOWN = [SECRET, 's3cret', '\ud800'];
  const textsOf = (said: string) => {
    const failure = readGraphFailure(
      answered({
        message: said,
        type: said,
        fbtraceId: said,
        errorUserTitle: said,
        errorUserMsg: said,
      }),
      KNOWN,
    );
    const { message, type, fbtraceId, userTitle, userMessage } = failure;
    return [message, type, fbtraceId, userTitle, userMessage];
  };

  test.each([
    ['as it is', SECRET],
    ['as a part of a URL', encodeURIComponent(SECRET)],
    ['in small hexadecimal digits', encodeURIComponent(SECRET).toLowerCase()],
    [
      'as a form sends it',
      new URLSearchParams([['', SECRET]]).toString().slice(1),
    ],
    [
      'as a part of a URL in a part of a URL',
      encodeURIComponent(encodeURIComponent(SECRET)),
    ],
    ['as JSON has it', JSON.stringify(SECRET).slice(1, -1)],
    ['that is half of no pair', '\ud800'],
  ])('contains no secret %s', (_how, shown) => {
    expect(textsOf(`<${shown}>`)).toEqual(Array(5).fill('<[removed]>'));
  });

  test.each([
    ['{"access_token":"EAAG"}', '{"access_token":"[removed]"}'],
    ['GET /me%3Faccess_token%3DEAAG', 'GET /me%3Faccess_token%3D[removed]'],
  ])('contains no value of a secret parameter: %s', (said, clean) => {
    expect(textsOf(said)).toEqual(Array(5).fill(clean));
  });

  test('is short, and does not end with a part of a secret', () => {
    const texts = textsOf(`${'x'.repeat(495)}${SECRET}${'y'.repeat(1000)}`);
    expect(texts).toEqual(Array(5).fill(`${'x'.repeat(495)}[rem\u2026`));
  });

  test('is truncated at its maximum length', () => {
    expect(textsOf('x'.repeat(500))).toEqual(Array(5).fill('x'.repeat(500)));
  });
});

test.each<[boolean, Partial<GraphFailure>]>([
  ...[4, 17, 32, 613, 80001, 80006].map((code): [boolean, object] => [
    true,
    { status: 400, code },
  ]),
  [true, { status: 429 }],
  [false, { status: 400, code: 1 }],
  [false, { status: 400, code: 341 }],
  [false, { status: 428 }],
  [false, {}],
])('is a rate limit (%s): %j', (is, failure) => {
  expect(isRateLimit({ message: '', ...failure })).toBe(is);
});

test.each<[boolean, string, Partial<GraphFailure>]>([
  [true, 'no answer', {}],
  [true, 'HTTP 429', { status: 429 }],
  [true, 'HTTP 500', { status: 500 }],
  [false, 'HTTP 499', { status: 499 }],
  [true, 'what Messenger calls so', { status: 400, isTransient: true }],
  [
    false,
    'what Messenger calls the opposite',
    { status: 400, isTransient: false },
  ],
  ...[1, 2, 4, 17, 32, 341, 613, 80001, 80006].map(
    (code): [boolean, string, Partial<GraphFailure>] => [
      true,
      `code ${code}`,
      { status: 400, code },
    ],
  ),
  [false, 'a bad parameter', { status: 400, code: 100 }],
])('is transient (%s): %s', (passes, _what, failure) => {
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
  test('contains the status and all codes', () => {
    const failure = { status: 400, code: 100, subcode: 33, fbtraceId: 'A1b' };
    expect(describeFailure({ message: 'no', ...failure })).toBe(
      'no (HTTP 400, code 100, subcode 33, fbtrace_id A1b)',
    );
  });

  test('contains Meta’s explanation for users', () => {
    const title = "Image wasn't downloaded";
    const message = 'The server did not give it.';
    const say = (failure: object) =>
      describeFailure({ message: 'no', code: 100, ...failure });
    expect(say({ userTitle: title, userMessage: message })).toBe(
      `no: ${title}: ${message} (code 100)`,
    );
    expect(say({ userTitle: title })).toBe(`no: ${title} (code 100)`);
    expect(say({ userMessage: message })).toBe(`no: ${message} (code 100)`);
    expect(say({ userTitle: 'no', userMessage: 'no' })).toBe('no (code 100)');
    expect(say({ userTitle: '', userMessage: '' })).toBe('no (code 100)');
  });

  test.each([
    [{ status: 503 }, 'no (HTTP 503)'],
    [{ code: 4 }, 'no (code 4)'],
    [{ subcode: 33 }, 'no (subcode 33)'],
    [{ fbtraceId: 'A1b' }, 'no (fbtrace_id A1b)'],
    [{}, 'no'],
  ])('for %j says: %s', (failure, said) => {
    expect(describeFailure({ message: 'no', ...failure })).toBe(said);
  });
});
