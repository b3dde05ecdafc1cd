import { getProperty, textIn } from '../../util/values';

import type { PlatformApi } from './platform';

/** docs/messenger-facts.md#viber-account */
export const VIBER: PlatformApi = {
  title: 'Viber',
  origin: 'https://chatapi.viber.com',
  settings: ['accessToken'],
  account: ['POST', '/pa/get_account_info'],
  headers: (accessToken) => ({ 'x-viber-auth-token': accessToken }),
  nameIn: ({ body }) =>
    getProperty(body, 'status') === 0 ? textIn(body, 'name') : undefined,
  reason: 'status_message',
  advice:
    'Copy the token from the admin panel of the bot, partners.viber.com, into .env.',
};
