import {
  describeFailure,
  isTransient,
  type GraphFailure,
} from '../graph/graphFailure';

/** A command that could not do what it was asked: exit status 1. */
export class Failure extends Error {}

/** A command that was called wrongly: exit status 2. */
export class Misuse extends Error {}

/** What Messenger answered, and what can be done about it. */
export function describeRefusal(failure: GraphFailure): string {
  const advice = adviceOn(failure);
  const described = describeFailure(failure);
  return advice ? `${described}. ${advice}` : described;
}

/** @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
function adviceOn(failure: GraphFailure): string | undefined {
  const { status, code } = failure;
  if (status === undefined) {
    return 'Messenger could not be reached: check the network, and channels.messenger.origin in bottender.config.js.';
  }
  if (code === 190 || code === 102) {
    return "The access token is not valid, or not any more: put one of this Page's into .env.";
  }
  if (code === 10 || (code !== undefined && code >= 200 && code < 300)) {
    return 'The access token may not do this: it needs the permission pages_messaging for this Page.';
  }
  return isTransient(failure) ? 'Try again later.' : undefined;
}
