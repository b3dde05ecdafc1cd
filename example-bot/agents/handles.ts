import { AsyncResource } from 'node:async_hooks';

import type { MessengerClient } from 'bottender';
import type {
  EphemeralPersona,
  PersonaClient,
  PersonaProfile,
} from 'bottender-persona';

type Client = PersonaClient<MessengerClient>;

/** Sends as its persona, until it is released. */
export type Handle = Pick<Client, 'sendMessage' | 'typingOn' | 'typingOff'> & {
  readonly persona: EphemeralPersona;
  release(): Promise<void>;
};

/** Creates a persona that lives until it is released. */
export function createEphemeralPersona(
  client: Client,
  profile: PersonaProfile,
): Promise<Handle> {
  return new Promise((resolve, reject) => {
    const block: Promise<void> = client.withEphemeralPersona(
      profile,
      (persona) =>
        new Promise<void>((end) => {
          const inBlock = <A extends unknown[], R>(call: (...args: A) => R) =>
            AsyncResource.bind(call);
          resolve({
            persona,
            sendMessage: inBlock((...args) => client.sendMessage(...args)),
            typingOn: inBlock((...args) => client.typingOn(...args)),
            typingOff: inBlock((...args) => client.typingOff(...args)),
            release: () => {
              end();
              return block;
            },
          } as Handle);
        }),
    );
    block.catch(reject);
  });
}
