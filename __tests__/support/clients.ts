import { MessengerClient } from 'bottender';
import type { PersonaContext } from 'bottender-persona';

import { APP_SECRET, PAGE } from './pages';
import { SEND_METHODS } from './sends';

/** A client of a Page, as a script or an agents' console would create it. */
export function clientFor(
  { origin }: { readonly origin: string },
  { accessToken } = PAGE,
): MessengerClient {
  return new MessengerClient({ accessToken, appSecret: APP_SECRET, origin });
}

/** The send methods of a client as a context has them, with a fixed recipient. */
export function sendingTo(recipient: unknown, client: object): PersonaContext {
  const methods = SEND_METHODS.map((name) => [
    name,
    (...args: unknown[]) => {
      const method = Reflect.get(client, name) as (...a: unknown[]) => unknown;
      return Reflect.apply(method, client, [recipient, ...args]);
    },
  ]);
  return Object.fromEntries(methods) as PersonaContext;
}
