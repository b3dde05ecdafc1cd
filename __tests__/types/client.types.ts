// Compiled, never run: `tsc` fails where a line that must not compile does.
import { getClient, type MessengerClient } from 'bottender';
import {
  personas,
  type NamesOf,
  type PersonaClient,
  type Personas,
} from 'bottender-persona';

const plugin = personas({
  directory: {
    adam: { name: 'Adam', profilePictureUrl: 'https://example.com/a.png' },
  },
});

const GUEST = {
  name: 'Guest',
  profilePictureUrl: 'https://example.com/guest.png',
};

export async function Console(given: MessengerClient) {
  const client: PersonaClient<
    MessengerClient,
    NamesOf<typeof plugin>
  > = plugin.client(given);
  await client.as('adam').sendText('1001', 'hi');
  await client.as('12345678901234567').typingOn({ id: '1001' });
  await client.as().sendText('1001', 'hi', { tag: 'HUMAN_AGENT' });
  await client.as(null).sendImage('1001', Buffer.from(''), {
    filename: 'a.png',
  });
  await client.sendText('1001', 'hi', { personaId: 'adam' });
  await client.sendText('1001', 'hi', { personaId: null });
  const { messageId } = await client.sendText('1001', 'hi');
  const id: string = messageId;
  const length: number = await client.withPersona('adam', () => id.length);
  const name: string = await client.withEphemeralPersona(
    GUEST,
    async (persona, same) => {
      await same.as('adam').sendText('1001', 'hi');
      return persona.name;
    },
  );
  // What the client has besides is there too.
  await client.markSeen('1001');
  await client.getUserProfile('1001');

  // @ts-expect-error a misspelt name
  client.as('adma');
  // @ts-expect-error a misspelt name
  await client.sendText('1001', 'hi', { personaId: 'adma' });
  // @ts-expect-error a misspelt name
  await client.withPersona('adma', () => 1);
  // @ts-expect-error the speaker has been chosen
  await client.as('adam').sendText('1001', 'hi', { personaId: 'adam' });
  // @ts-expect-error the recipient comes first
  await client.as('adam').sendText('hi');
  // @ts-expect-error it sends and types, no more
  const profile: unknown = client.as('adam').getUserProfile;
  // @ts-expect-error a batch is sent as it is
  const batch: unknown = client.as('adam').sendBatch;
  return [length, name, profile, batch];
}

/** Without known names every string is possible. */
export async function AnyName(given: MessengerClient, persona: string) {
  await personas().client(given).as(persona).sendText('1001', 'hi');
}

export const viaBottender = () => plugin.client(getClient('messenger'));

// @ts-expect-error a client, not its token
export const noClient = () => plugin.client('<ACCESS_TOKEN>');

/** A plugin with names stands where one without is asked for. */
export const anyPlugin: Personas = plugin;
export const anyPluginAtOnce: Personas = personas({
  directory: { adam: '12345678901234567' },
});
