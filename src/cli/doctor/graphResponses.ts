import type { Outcome } from '../../graph/graphCall';
import { invalidResponse, isId } from '../../graph/responses';
import { isWebUrl } from '../../profile';
import { getProperty } from '../../util/values';

/** What Graph says about an access token. */
export interface TokenInfo {
  /** `PAGE` for the token of a Page. */
  readonly type: string;
  readonly appId: string | undefined;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; `undefined` if it does not expire. */
  readonly expiresAt: number | undefined;
}

/** The app's webhook for Pages. */
export interface AppSubscription {
  readonly callbackUrl: string;
  readonly isActive: boolean;
  readonly fields: readonly string[];
}

/** docs/messenger-facts.md#debug-token */
export function parseTokenInfo(response: unknown): Outcome<TokenInfo> {
  const data = getProperty(response, 'data');
  const type = getProperty(data, 'type');
  const appId = getProperty(data, 'appId');
  // The first that ends: the token, or the access to data.
  const ends = ['expiresAt', 'dataAccessExpiresAt']
    .map((name) => getProperty(data, name))
    .filter((at) => typeof at === 'number')
    .filter((at) => at > 0);
  const isValid = getProperty(data, 'isValid') === true;
  if (!isValid) return invalidResponse('the token is not valid');
  return {
    ok: true,
    value: {
      type: typeof type === 'string' ? type : '',
      appId: isId(appId) ? appId : undefined,
      scopes: textsIn(getProperty(data, 'scopes')),
      expiresAt: ends.length > 0 ? Math.min(...ends) * 1000 : undefined,
    },
  };
}

/** docs/messenger-facts.md#app-subscriptions */
export function parseSubscriptions(
  response: unknown,
): Outcome<AppSubscription | undefined> {
  const data = getProperty(response, 'data');
  if (!Array.isArray(data)) {
    return invalidResponse('the response is not a list of subscriptions');
  }
  const page: unknown = data.find(
    (each) => getProperty(each, 'object') === 'page',
  );
  const callbackUrl = getProperty(page, 'callbackUrl');
  if (typeof callbackUrl !== 'string' || !isWebUrl(callbackUrl)) {
    return { ok: true, value: undefined };
  }
  return {
    ok: true,
    value: {
      callbackUrl,
      isActive: getProperty(page, 'active') !== false,
      fields: textsIn(getProperty(page, 'fields')),
    },
  };
}

/** The fields that a Page sends to an app; `undefined` if it is not subscribed. */
export function parseSubscribedFields(
  response: unknown,
  appId: string,
): Outcome<readonly string[] | undefined> {
  const data = getProperty(response, 'data');
  if (!Array.isArray(data)) {
    return invalidResponse('the response is not a list of apps');
  }
  const app: unknown = data.find((each) => getProperty(each, 'id') === appId);
  const value =
    app === undefined
      ? undefined
      : textsIn(getProperty(app, 'subscribedFields'));
  return { ok: true, value };
}

/** The texts of a list, or the names of its objects. */
function textsIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list
    .map((each: unknown) => getProperty(each, 'name') ?? each)
    .filter((each) => typeof each === 'string');
}
