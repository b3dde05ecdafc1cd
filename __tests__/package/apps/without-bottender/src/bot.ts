import fastify from 'fastify';
import { LineClient } from 'messaging-api-line';
import { MessengerClient } from 'messaging-api-messenger';
import {
  personaClients,
  PersonaError,
  type EphemeralPersonaHandle,
  type PersonaClient,
} from 'bottender-persona/client';

const personas = personaClients({
  directory: {
    adam: {
      name: 'Adam Z.',
      profilePictureUrl: 'https://example.com/adam.png',
    },
  },
  onRefused: (error, { recipient, persona }) => {
    console.warn(error.reason, recipient, persona);
  },
});
const client = personas.client(new MessengerClient({ accessToken: 'TOKEN' }));
const line = personas.client(
  new LineClient({ accessToken: 'TOKEN', channelSecret: 'SECRET' }),
);

/** A method takes what any of them gives. */
export type Client = PersonaClient<MessengerClient, 'adam'>;
export const agents = new Map<string, EphemeralPersonaHandle<Client>>();

export async function signIn(name: string): Promise<void> {
  const profilePictureUrl = 'https://example.com/agent.png';
  const handle = await client.createEphemeralPersona({
    name,
    profilePictureUrl,
  });
  agents.set(name, handle);
}

const server = fastify();
server.post<{ Body: { psid: string; text: string } }>(
  '/say',
  async ({ body: { psid, text } }) => {
    try {
      const { messageId } = await client.as('adam').sendText(psid, text);
      await line.as('adam').pushText(psid, text);
      await line.multicast([psid], [{ type: 'text', text, personaId: 'adam' }]);
      return { messageId };
    } catch (error) {
      if (error instanceof PersonaError) return { error: error.message };
      throw error;
    }
  },
);
server.get('/stats', () => personas.stats());

// @ts-expect-error a misspelt name
client.as('adma');
