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
}

/** Codes after which the same call may succeed: unknown, service, rate limits, "please retry". */
const TRANSIENT_CODES = new Set([1, 2, 4, 17, 32, 341, 613]);

/** Codes with which Graph turned the call away before carrying it out: rate limits. */
const RATE_LIMIT_CODES = new Set([4, 17, 32, 613]);

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
  const response = field(error, 'response');
  const body = field(response, 'data') ?? field(response, 'body');
  const graphError = field(body, 'error');
  const message =
    text(field(graphError, 'message')) ??
    text(field(error, 'message')) ??
    'unknown error';
  const isTransient = field(graphError, 'isTransient');
  return {
    status: number(field(response, 'status') ?? field(response, 'code')),
    code: number(field(graphError, 'code')),
    subcode: number(field(graphError, 'errorSubcode')),
    type: text(field(graphError, 'type')),
    message: withoutSecrets(message, secrets),
    fbtraceId: text(field(graphError, 'fbtraceId')),
    isTransient: typeof isTransient === 'boolean' ? isTransient : undefined,
  };
}

/** Whether the same call may well succeed a little later. */
export function isTransient(failure: GraphFailure): boolean {
  if (failure.isTransient) return true;
  if (failure.code !== undefined && TRANSIENT_CODES.has(failure.code)) {
    return true;
  }
  return failure.status === undefined || failure.status >= 500;
}

/** Whether the call may have been carried out although its answer is a failure. */
export function mayHaveHappened(failure: GraphFailure): boolean {
  if (failure.code !== undefined && RATE_LIMIT_CODES.has(failure.code)) {
    return false;
  }
  // A success without an ID in it counts as a failure, but something was made.
  const { status } = failure;
  return isTransient(failure) || (status !== undefined && status < 300);
}

/** Whether the object that the call was about does not exist (any more). */
export function isGone(failure: GraphFailure): boolean {
  return failure.code === 100 && failure.subcode === 33;
}

/** One line for people: what was answered, with the numbers to look up. */
export function describeFailure(failure: GraphFailure): string {
  const numbers = [
    failure.status !== undefined && `HTTP ${failure.status}`,
    failure.code !== undefined && `code ${failure.code}`,
    failure.subcode !== undefined && `subcode ${failure.subcode}`,
    failure.fbtraceId !== undefined && `fbtrace_id ${failure.fbtraceId}`,
  ].filter((part) => part !== false);
  return numbers.length > 0
    ? `${failure.message} (${numbers.join(', ')})`
    : failure.message;
}

function withoutSecrets(message: string, secrets: readonly string[]): string {
  let clean = message.replace(
    /\b(access_token|appsecret_proof|input_token)=[^&\s"']+/g,
    '$1=[removed]',
  );
  for (const secret of secrets) {
    if (secret) clean = clean.split(secret).join('[removed]');
  }
  return clean;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function isRateLimit(failure: GraphFailure): boolean {
  return failure.code !== undefined && RATE_LIMIT_CODES.has(failure.code);
}
