import { getProperty } from '../util/getProperty';

import { withoutSecrets } from './secrets';

/**
 * What Messenger answered when it refused a Graph call, or why no answer came.
 * It holds nothing of the request, so it carries no token and no proof.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export interface GraphFailure {
  /** HTTP status; for an item of a batch, the item's own. Absent when no answer came. */
  status?: number;
  code?: number;
  subcode?: number;
  type?: string;
  message: string;
  fbtraceId?: string;
  isTransient?: boolean;
  /** What Meta explains to people: `error_user_title`. */
  userTitle?: string;
  /** What Meta explains to people: `error_user_msg`. */
  userMessage?: string;
}

/** A text of a failure has no more characters than these. */
const MOST_CHARACTERS = 500;

/** Codes after which the same call may succeed: unknown, service, rate limits, "please retry". */
const TRANSIENT_CODES = new Set([1, 2, 4, 17, 32, 341, 613]);

/** Codes with which Graph turned the call away before carrying it out: rate limits. */
const RATE_LIMIT_CODES = new Set([4, 17, 32, 613, 80001, 80006]);

/**
 * Reads what a call of messaging-api-messenger rejected with: the direct
 * client's AxiosError (`response.status`, `response.data.error`) and the batch
 * queue's BatchRequestError (`response.code`, `response.body.error`) differ.
 *
 * @param secrets strings that must not stand in the result, such as the access token
 */
export function readGraphFailure(
  error: unknown,
  secrets: readonly string[] = [],
): GraphFailure {
  const response = getProperty(error, 'response');
  const body = getProperty(response, 'data') ?? getProperty(response, 'body');
  const graphError = getProperty(body, 'error');
  // The client writes names in camel case; what goes round it leaves them as they were.
  const given = (name: string, asOnTheWire = name) =>
    getProperty(graphError, name) ?? getProperty(graphError, asOnTheWire);
  const text = (value: unknown) =>
    typeof value === 'string'
      ? shortened(withoutSecrets(value, secrets))
      : undefined;
  const isTransient = given('isTransient', 'is_transient');
  return {
    status: number(
      getProperty(response, 'status') ?? getProperty(response, 'code'),
    ),
    code: number(given('code')),
    subcode: number(given('errorSubcode', 'error_subcode')),
    type: text(given('type')),
    message:
      text(given('message')) ??
      text(getProperty(error, 'message')) ??
      'unknown error',
    fbtraceId: text(given('fbtraceId', 'fbtrace_id')),
    isTransient: typeof isTransient === 'boolean' ? isTransient : undefined,
    userTitle: text(given('errorUserTitle', 'error_user_title')),
    userMessage: text(given('errorUserMsg', 'error_user_msg')),
  };
}

/** Whether the same call may well succeed a little later. */
export function isTransient(failure: GraphFailure): boolean {
  if (failure.isTransient || isRateLimit(failure)) return true;
  if (failure.code !== undefined && TRANSIENT_CODES.has(failure.code)) {
    return true;
  }
  return failure.status === undefined || failure.status >= 500;
}

/** Whether the call was turned away because there were too many. */
export function isRateLimit({ status, code }: GraphFailure): boolean {
  return status === 429 || (code !== undefined && RATE_LIMIT_CODES.has(code));
}

/** Whether the call may have been carried out although its answer is a failure. */
export function isAmbiguous(failure: GraphFailure): boolean {
  if (isRateLimit(failure)) return false;
  // A success without an ID in it counts as a failure, but something was made.
  const { status } = failure;
  return isTransient(failure) || (status !== undefined && status < 300);
}

/** Whether the object that the call was about does not exist (any more). */
export function isGone(failure: GraphFailure): boolean {
  return failure.code === 100 && failure.subcode === 33;
}

/** One line for people: what was answered and explained, with the numbers to look up. */
export function describeFailure(failure: GraphFailure): string {
  const { message, userTitle, userMessage } = failure;
  const texts = new Set([message, userTitle, userMessage]);
  const said = [...texts].filter(Boolean).join(': ');
  const numbers = [
    failure.status !== undefined && `HTTP ${failure.status}`,
    failure.code !== undefined && `code ${failure.code}`,
    failure.subcode !== undefined && `subcode ${failure.subcode}`,
    failure.fbtraceId !== undefined && `fbtrace_id ${failure.fbtraceId}`,
  ].filter((part) => part !== false);
  return numbers.length > 0 ? `${said} (${numbers.join(', ')})` : said;
}

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS
    ? `${text.slice(0, MOST_CHARACTERS - 1)}…`
    : text;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
