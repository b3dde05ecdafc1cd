import { checkOptions } from './checkOptions';
import type { CommonOptions } from './commonOptions';
import type { PersonaClients } from './context/clientTypes';
import { createControls } from './controls';
import type { SentMessage } from './disclosureOptions';
import { createRuntime } from './runtime';

/** The options of `personaClients()`: those of `personas()` that are not about events. */
export interface PersonaClientsOptions<
  Name extends string = string,
> extends CommonOptions<Name> {
  /**
   * Called once for each message that the platform accepted, in the order of its
   * answers. It is not awaited; an error in it is a process warning. Default: none.
   */
  onSent?: ((sent: SentMessage) => unknown) | undefined;
}

/**
 * Gives personas to the clients of a bot that runs without Bottender: behind
 * Express, Fastify or Hono, or as a script.
 *
 * @throws InvalidOptionError if an option is unknown or has a bad value
 * @example
 * ```js
 * const { MessengerClient } = require('messaging-api-messenger');
 * const { personaClients } = require('bottender-persona/client');
 *
 * const personas = personaClients({ directory: { adam: { name, profilePictureUrl } } });
 * const client = personas.client(new MessengerClient({ accessToken, appSecret }));
 * await client.as('adam').sendText(psid, 'Adam here.');
 * ```
 */
export function personaClients<Name extends string = string>(
  options: PersonaClientsOptions<Name> = {},
): PersonaClients<Name> {
  const settings = checkOptions(options, 'personaClients()');
  const { onRefused, onSent } = options;
  const { disclosure } = settings;
  const message = options.disclosure?.message;
  return createControls(
    createRuntime({
      ...settings,
      onRefused: onRefused
        ? (error, { recipient, persona }) =>
            onRefused(error, { recipient, persona })
        : settings.onRefused,
      onSent: onSent && ((sent) => onSent(sent)),
      disclosure: disclosure && {
        ...disclosure,
        message:
          message &&
          (({ moment, persona, channel }) =>
            message({ moment, persona, channel })),
      },
    }),
  );
}
