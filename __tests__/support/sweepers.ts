import type { MessengerClient as BotsClient } from 'bottender';
import type { MessengerEmulator } from 'messenger-emulator';
import { MessengerClient } from 'messaging-api-messenger';

import { APP_SECRET, PAGE } from './bot';

/** A client of this Page, as a script that sweeps it would make one. */
export function clientFor(
  { origin }: MessengerEmulator,
  { accessToken } = PAGE,
): BotsClient {
  return new MessengerClient({ accessToken, appSecret: APP_SECRET, origin });
}
