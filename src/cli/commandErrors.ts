import {
  describeFailure,
  isTransient,
  type GraphFailure,
} from '../graph/graphFailure';
import { withoutCredentials } from '../store/credentials';

/** The command failed: exit status 1. */
export class CommandError extends Error {}

/** The command was called with wrong arguments: exit status 2. */
export class UsageError extends Error {}

/** Access tokens, and words that are too long or have too many digits for a message. */
const POSSIBLE_SECRET = /\b(?:EAA\w+|(?=\w*\d)\w{12,}|\w{32,})\b/g;

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of an error in the bot's own code, without possible secrets. */
export function describeBotError(error: unknown): string {
  // The further lines are Node's require stack.
  const [first = ''] = String(error).split('\n');
  return withoutSecrets(first);
}

export function withoutSecrets(text: string): string {
  return withoutCredentials(text).replace(POSSIBLE_SECRET, '[removed]');
}

/** Describes a failure and what to do about it. */
export function explainFailure(failure: GraphFailure): string {
  const advice = failureAdvice(failure);
  const described = describeFailure(failure);
  return advice ? `${described}. ${advice}` : described;
}

/** Nobody with this PSID has written to the Page, or not within 24 hours. */
const NO_CUSTOMER = 2018001;
const WINDOW_OVER = 2018278;

/** @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
function failureAdvice(failure: GraphFailure): string | undefined {
  const { status, code, subcode, message } = failure;
  if (status === undefined) {
    return 'Messenger could not be reached: check the network, and channels.messenger.origin in the config.';
  }
  if (/^Unknown path components/.test(message)) {
    return 'Graph does not know this address: in channels.messenger of the config, check `origin`, which has no path and no slash at its end, and the `version` of a `client`, such as 27.0.';
  }
  if (code === 190 || code === 102) {
    return 'The access token is invalid or has expired: put a token of this Page into .env.';
  }
  if (/appsecret_proof/.test(message)) {
    return 'The app secret is not that of the app of this access token: put both of the same app into .env.';
  }
  if (subcode === NO_CUSTOMER || subcode === WINDOW_OVER) {
    return 'Have the customer write to the Page first.';
  }
  if (code === 10 || (code !== undefined && code >= 200 && code < 300)) {
    return 'The access token lacks a permission: it needs pages_messaging for this Page.';
  }
  return isTransient(failure) ? 'Try again later.' : undefined;
}
