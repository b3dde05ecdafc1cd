import type { Json } from '../values/json';
import { findCaller } from './token';
import type { AppCall } from './call';

/** docs/messenger-facts.md#debug-token */
const SCOPES = ['pages_messaging', 'pages_manage_metadata', 'pages_show_list'];

/**
 * `GET /debug_token?input_token=`
 *
 * @see https://developers.facebook.com/docs/graph-api/reference/debug_token
 */
export function debugToken({ world, parameters }: AppCall): Json {
  const { settings } = world;
  const caller = findCaller(settings, parameters.requiredText('input_token'));
  const application = {
    app_id: settings.appId,
    application: 'Messenger emulator',
  };
  if (!caller) {
    return {
      data: {
        error: { code: 190, message: 'Invalid OAuth access token.' },
        is_valid: false,
        scopes: [],
      },
    };
  }
  if (caller.kind === 'app') {
    return {
      data: { ...application, type: 'APP', is_valid: true, scopes: [] },
    };
  }
  return {
    data: {
      ...application,
      type: 'PAGE',
      profile_id: caller.page.id,
      expires_at: 0,
      is_valid: true,
      scopes: SCOPES,
    },
  };
}
