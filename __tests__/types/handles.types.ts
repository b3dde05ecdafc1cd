// Compiled, never run: `tsc` fails where a line that must not compile does.
import type { LineContext, MessengerClient, SlackContext } from 'bottender';
import {
  personas,
  type EphemeralPersonaHandle,
  type PersonaClient,
  type PersonaContext,
  type PersonaId,
} from 'bottender-persona';

const GUEST = {
  name: 'Guest',
  profilePictureUrl: 'https://example.com/guest.png',
};

const plugin = personas({ directory: { adam: GUEST } });

export async function Shift(given: MessengerClient) {
  const client = plugin.client(given);
  await using guest = await client.createEphemeralPersona(GUEST);
  const { sendText, release } = guest;
  const { messageId } = await sendText('1001', 'hi', { tag: 'HUMAN_AGENT' });
  await guest.typingOn('1001');
  const { id, name } = guest.persona;
  const maybe: PersonaId | null = id;
  const both: string = name + messageId;
  // What names an ID of any handle is a speaker.
  await client.withPersona(id, () => release());

  // @ts-expect-error the speaker has been chosen
  await guest.sendText('1001', 'hi', { personaId: 'adam' });
  // @ts-expect-error the recipient comes first
  await guest.sendText('hi');
  // @ts-expect-error its persona is made for it
  guest.persona = null;
  // @ts-expect-error it sends and types, no more
  const profile: unknown = guest.getUserProfile;
  // @ts-expect-error a profile
  await client.createEphemeralPersona('adam');
  return [maybe, both, profile];
}

/** Kept for as long as an agent is signed in. */
export const agents = new Map<string, EphemeralPersonaHandle<PersonaClient>>();

export async function SignIn(given: MessengerClient, agent: string) {
  const client: PersonaClient = personas().client(given);
  agents.set(agent, await client.createEphemeralPersona(GUEST));
  await agents.get(agent)?.release();
}

export async function App(context: PersonaContext) {
  await using guest = await context.createEphemeralPersona(GUEST);
  await guest.sendText('hi');
  await guest.typing(100);
  // @ts-expect-error the speaker has been chosen
  await guest.sendText('hi', { personaId: '1' });
}

export async function OnLine(context: PersonaContext<LineContext>) {
  await using guest = await context.createEphemeralPersona(GUEST);
  await guest.replyText('hi');
}

export async function OnSlack(context: PersonaContext<SlackContext>) {
  await using guest = await context.createEphemeralPersona(GUEST);
  await guest.chat.postMessage({ text: 'hi' });
}
