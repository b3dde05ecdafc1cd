import { checkOptions } from './checkOptions';
import type { CommonOptions } from './commonOptions';
import type { PersonaClients } from './context/clientTypes';
import { createControls } from './controls';
import type { PersonaRefusedError } from './errors';
import type { Persona } from './persona';
import { createRuntime } from './runtime';

/** The options of `personaClients()`: those of `personas()` that are not about events. */
export interface PersonaClientsOptions<
  Name extends string = string,
> extends CommonOptions<Name> {
  /**
   * Called when a message was sent as the Page because its persona was refused.
   * Errors that it throws are ignored. Default: a process warning.
   */
  onRefused?:
    | ((
        error: PersonaRefusedError,
        about: { recipient: string | null; persona: Persona },
      ) => void)
    | undefined;
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
  const { onRefused } = options;
  return createControls(
    createRuntime(
      onRefused
        ? {
            ...settings,
            onRefused: (error, { recipient, persona }) =>
              onRefused(error, { recipient, persona }),
          }
        : settings,
    ),
  );
}
