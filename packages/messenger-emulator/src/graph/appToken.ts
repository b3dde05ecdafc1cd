import { timingSafeEqual } from 'node:crypto';
import { GraphError, invalidParameter } from '../values/graphError';
import type { Json } from '../values/json';
import type { AppCall } from './call';

/**
 * `GET /oauth/access_token?grant_type=client_credentials`: the app's own token.
 * See docs/messenger-facts.md#app-access-token
 */
export function getAppToken({ world, parameters }: AppCall): Json {
  const { appId, appSecret } = world.settings;
  const clientId = parameters.text('client_id');
  if (clientId === undefined) {
    throw new GraphError('Missing client_id parameter.', { code: 101 });
  }
  if (clientId !== appId) {
    throw new GraphError(
      'Error validating application. Cannot get application info due to a system error.',
      { code: 101 },
    );
  }
  const given = Buffer.from(parameters.text('client_secret') ?? '');
  const secret = Buffer.from(appSecret);
  if (given.length !== secret.length || !timingSafeEqual(given, secret)) {
    throw new GraphError('Error validating client secret.', { code: 1 });
  }
  if (parameters.text('grant_type') !== 'client_credentials') {
    throw invalidParameter(
      'Param grant_type must be client_credentials in the emulator',
    );
  }
  return { access_token: `${appId}|${appSecret}`, token_type: 'bearer' };
}
