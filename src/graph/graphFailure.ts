import { getProperty, textOrNone } from '../util/values';
import { responseOf } from '../util/failures';

import { redactSecrets } from './secrets';

/**
 * Messenger's response to a refused Graph call, or the reason why there was no
 * response. It contains nothing of the request, so no token and no proof.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export interface GraphFailure {
  /** HTTP status; for an item of a batch, the item's own. Absent without a response. */
  status?: number;
  /** Graph's `error.code`, for example 190 for an invalid token. */
  code?: number;
  /** Graph's `error_subcode`, for example 2018336 for a customer in Europe. */
  subcode?: number;
  /** Graph's `error.type`, for example `OAuthException`. */
  type?: string;
  /** Graph's `error.message`, or why there was no response. At most 500 characters. */
  message: string;
  /** Graph's `fbtrace_id`, which Meta's support asks for. */
  fbtraceId?: string;
  /** Graph's `is_transient`: whether the same call may succeed later. */
  isTransient?: boolean;
  /** Graph's `error_user_title`: a heading to show to users. */
  userTitle?: string;
  /** Graph's `error_user_msg`: an explanation to show to users. */
  userMessage?: string;
}

const MAX_TEXT_LENGTH = 500;

/** Codes after which the same call may succeed, besides rate limits: unknown, service, "please retry". */
const TRANSIENT_CODES = new Set([1, 2, 341]);

/** Rate limits: Graph rejected the call without carrying it out. */
const RATE_LIMIT_CODES = new Set([4, 17, 32, 613, 80001, 80006]);

/** Reads a rejection of messaging-api-messenger, and removes these secrets. */
export function readGraphFailure(
  error: unknown,
  secrets: readonly string[] = [],
): GraphFailure {
  return redactFailure(parseGraphFailure(error), secrets);
}

/** Shortens the texts and removes these secrets. Interpret the texts before: a short secret may be part of any word. */
export function redactFailure(
  failure: GraphFailure,
  secrets: readonly string[],
): GraphFailure {
  const shown = (text: string | undefined) =>
    text === undefined ? undefined : truncated(redactSecrets(text, secrets));
  const { type, message, fbtraceId, userTitle, userMessage } = failure;
  return {
    ...failure,
    type: shown(type),
    message: truncated(redactSecrets(message, secrets)),
    fbtraceId: shown(fbtraceId),
    userTitle: shown(userTitle),
    userMessage: shown(userMessage),
  };
}

/**
 * Reads a rejection without removing secrets. The direct client's AxiosError
 * (`response.status`, `response.data.error`) and the batch queue's
 * BatchRequestError (`response.code`, `response.body.error`) differ.
 */
export function parseGraphFailure(error: unknown): GraphFailure {
  const response = responseOf(error);
  const body = getProperty(response, 'data') ?? getProperty(response, 'body');
  const graphError = getProperty(body, 'error');
  // The client converts names to camel case; in a batch they stay as they are.
  const read = (name: string, snakeCase = name) =>
    getProperty(graphError, name) ?? getProperty(graphError, snakeCase);
  const isTransient = read('isTransient', 'is_transient');
  return {
    status: number(
      getProperty(response, 'status') ?? getProperty(response, 'code'),
    ),
    code: number(read('code')),
    subcode: number(read('errorSubcode', 'error_subcode')),
    type: textOrNone(read('type')),
    message:
      textOrNone(read('message')) ??
      textOrNone(getProperty(error, 'message')) ??
      'unknown error',
    fbtraceId: textOrNone(read('fbtraceId', 'fbtrace_id')),
    isTransient: typeof isTransient === 'boolean' ? isTransient : undefined,
    userTitle: textOrNone(read('errorUserTitle', 'error_user_title')),
    userMessage: textOrNone(read('errorUserMsg', 'error_user_msg')),
  };
}

/** Whether the same call may succeed later. */
export function isTransient(failure: GraphFailure): boolean {
  const { status, code = NaN } = failure;
  return (
    failure.isTransient === true ||
    isRateLimit(failure) ||
    TRANSIENT_CODES.has(code) ||
    (status === undefined ? failure.isTransient !== false : status >= 500)
  );
}

export function isRateLimit({ status, code = NaN }: GraphFailure): boolean {
  return status === 429 || RATE_LIMIT_CODES.has(code);
}

/** Whether the call may have been carried out in spite of the failure. */
export function isAmbiguous(failure: GraphFailure): boolean {
  if (isRateLimit(failure)) return false;
  // An invalid response with status 200 counts as a failure too.
  const { status = NaN } = failure;
  return isTransient(failure) || status < 300;
}

/** Whether the object that the call was about does not exist. */
export function isGone(failure: GraphFailure): boolean {
  return failure.code === 100 && failure.subcode === 33;
}

/** Describes a failure in one line, with its codes. */
export function describeFailure(failure: GraphFailure): string {
  const { message, userTitle, userMessage } = failure;
  const texts = new Set([message, userTitle, userMessage]);
  const description = [...texts].filter(Boolean).join(': ');
  const labelled = {
    HTTP: failure.status,
    code: failure.code,
    subcode: failure.subcode,
    fbtrace_id: failure.fbtraceId,
  };
  const numbers = Object.entries(labelled).flatMap(([label, value]) =>
    value === undefined ? [] : `${label} ${value}`,
  );
  return numbers.length > 0
    ? `${description} (${numbers.join(', ')})`
    : description;
}

function truncated(text: string): string {
  return text.length > MAX_TEXT_LENGTH
    ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…`
    : text;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
