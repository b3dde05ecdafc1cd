import { personaClients } from 'bottender-persona/client';

const personas = personaClients({
  directory: {
    adam: {
      name: 'Adam Z.',
      profilePictureUrl: 'https://example.com/adam.png',
    },
  },
});

const given = {
  sendText: (psid: string, text: string, options?: { personaId?: string }) =>
    Promise.resolve({ psid, text, options }),
};
const client = personas.client(given, { channel: 'messenger' });
const { text } = await client.sendText('1001', 'hi', { personaId: 'adam' });
await client.as('adam').sendText('1001', text);
const handle = await client.createEphemeralPersona({
  name: 'Guest',
  profilePictureUrl: 'https://example.com/guest.png',
});
await handle[Symbol.asyncDispose]();
// @ts-expect-error a misspelt name
client.as('adma');
