import { MessengerClient } from 'bottender';
import type { PersonaContext } from 'bottender-persona';

import { APP_SECRET, CUSTOMER, PAGE, startBot, type RunningBot } from './bot';
import { SEND_METHODS } from './sends';

/** A client for a Page of a bot's emulator, as an agents' console would have one. */
export function clientFor(
  { emulator: { origin } }: RunningBot,
  { accessToken } = PAGE,
): MessengerClient {
  return new MessengerClient({ accessToken, appSecret: APP_SECRET, origin });
}

/** A bot that a customer has written to, so that the Page may write to her. */
export async function startedBy(psid = CUSTOMER): Promise<RunningBot> {
  const bot = await startBot();
  await bot.say('hello', { psid });
  return bot;
}

/** The client's methods as a context has them: the recipient is always this one. */
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
