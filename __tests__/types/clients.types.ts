// Compiled, never run: `tsc` fails where a line that must not compile does.
import type {
  LineClient,
  MessengerClient,
  SlackOAuthClient,
  TelegramClient,
  TwilioClient,
  ViberClient,
} from 'bottender';
import { personas, type EphemeralPersonaHandle } from 'bottender-persona';
import {
  personaClients,
  type PersonaClient,
  type PersonaClients,
} from 'bottender-persona/client';

const ADAM = {
  name: 'Adam',
  profilePictureUrl: 'https://example.com/a.png',
};
const options = { directory: { adam: ADAM } };
const plugin = personas(options);
export const alone: PersonaClients<'adam'> = personaClients(options);
/** What gives personas to clients, with Bottender or without. */
export const either: PersonaClients<'adam'> = plugin;
export const anyNames: PersonaClients = plugin;

export async function Line(given: LineClient) {
  const client = plugin.client(given);
  const message = { type: 'text' as const, text: 'a' };
  const adam = client.as('adam');
  await adam.pushText('U1', 'a');
  await adam.multicast(['U1'], [message]);
  await client.pushText('U1', 'a', { personaId: 'adam' });
  await client.multicast(['U1'], [{ ...message, personaId: 'adam' }]);
  await client.narrowcast([{ ...message, personaId: null }]);
  await client.replyTemplate(
    'TOKEN',
    'alt',
    { type: 'confirm', text: 'a', actions: [] },
    { personaId: 'adam' },
  );
  await client.pushRawBody({ to: 'U1', messages: [message] });
  await client.getUserProfile('U1');
  // @ts-expect-error a misspelt name
  await client.pushText('U1', 'a', { personaId: 'adma' });
  // @ts-expect-error the speaker has been chosen
  await adam.pushText('U1', 'a', { personaId: 'adam' });
  // @ts-expect-error it sends, no more
  const profile: unknown = adam.getUserProfile;
  return profile;
}

export async function Slack(given: SlackOAuthClient) {
  const client = plugin.client(given);
  await client.as('adam').chat.postMessage({ channel: 'C1', text: 'a' });
  await client.chat.postMessage({
    channel: 'C1',
    text: 'a',
    personaId: 'adam',
  });
  await client.chat.update({ channel: 'C1', ts: '1', text: 'a' });
  await client.postEphemeral('C1', 'U1', 'a', { personaId: 'adam' });
  await using handle = await client.createEphemeralPersona(ADAM);
  await handle.chat.postEphemeral({ channel: 'C1', user: 'U1', text: 'a' });
  await client.chat.postMessage({
    channel: 'C1',
    text: 'a',
    // @ts-expect-error a misspelt name
    personaId: 'adma',
  });
  // @ts-expect-error it posts, no more
  const update: unknown = client.as('adam').chat.update;
  return update;
}

export async function Viber(given: ViberClient) {
  const client = plugin.client(given);
  await client.as('adam').broadcastText(['V1'], 'a');
  await client.sendText('V1', 'a', { personaId: 'adam' });
  await client.broadcastText(['V1'], 'a', { personaId: 'adam' });
  // @ts-expect-error a misspelt name
  await client.sendText('V1', 'a', { personaId: 'adma' });
}

export async function Signed(telegram: TelegramClient, whatsapp: TwilioClient) {
  await plugin.client(telegram).as('adam').sendMessage(7, 'a');
  await plugin.client(telegram).sendMessage(7, 'a', { personaId: 'adam' });
  const client = plugin.client(whatsapp);
  await client.as('adam').createMessage({ to: '1', body: 'a' });
  await client.createMessage({ to: '1', body: 'a', personaId: 'adam' });
}

/** A client that somebody wrote. */
interface Fetching {
  sendText(psid: string, text: string): Promise<{ id: string }>;
  close(): void;
}

export async function Custom(given: Fetching) {
  const client = plugin.client(given, { channel: 'messenger' });
  const { id } = await client.as('adam').sendText('1001', 'a');
  const handle: EphemeralPersonaHandle<typeof client> =
    await client.createEphemeralPersona(ADAM);
  await handle.sendText('1001', id);
  client.close();
  // @ts-expect-error it is not recognised
  plugin.client(given);
  // @ts-expect-error no channel of that name
  plugin.client(given, { channel: 'mesenger' });
  // @ts-expect-error it sends, no more
  const close: unknown = client.as('adam').close;
  return close;
}

export function Names(
  given: MessengerClient,
): PersonaClient<MessengerClient, 'adam'> {
  return alone.client(given);
}

// @ts-expect-error it is about no events
personaClients({ initialPersona: 'adam' });
personaClients({ onRefused: (_error, { persona }) => persona });
// @ts-expect-error there is no context
personaClients({ onRefused: (_error, { context }) => void context });
