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

type Method = (...args: unknown[]) => Promise<unknown>;

/** The method at a path such as `chat.postMessage`, bound to the object that has it. */
export function methodAt(target: object, path: string): Method {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce<object>(
    (object, name) => Reflect.get(object, name) as object,
    target,
  );
  return (...args) =>
    Reflect.apply(Reflect.get(holder, last) as Method, holder, args);
}

/** The send methods of a client as a context has them, with a fixed recipient. */
export function sendingTo(recipient: unknown, client: object): PersonaContext {
  const methods = SEND_METHODS.map((name) => [
    name,
    (...args: unknown[]) => methodAt(client, name)(recipient, ...args),
  ]);
  return Object.fromEntries(methods) as PersonaContext;
}
