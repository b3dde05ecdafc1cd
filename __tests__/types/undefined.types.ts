// Compiled, never run: an option that is `undefined` is one that was left out.
import type { LineContext, MessengerClient, SlackContext } from 'bottender';
import { personas, type PersonaContext } from 'bottender-persona';
import { redisStore } from 'bottender-persona/redis';
import { createClient } from 'redis';

declare const persona: string | undefined;
declare const client: MessengerClient;

const plugin = personas({
  initialPersona: undefined,
  directory: undefined,
  refusedPersona: undefined,
  signText: undefined,
  onRefused: undefined,
  unsupportedSenderActions: undefined,
  onCleanupError: undefined,
  store: undefined,
  ephemeral: undefined,
});

export const Others = [
  personas({ ephemeral: { lingerMs: undefined, leaseMs: undefined } }),
  redisStore(createClient(), { prefix: undefined }),
  plugin.close({ timeoutMs: undefined }),
  plugin.client(client).sendText('1', 'hi', { personaId: persona }),
];

export async function Sends(
  context: PersonaContext,
  line: PersonaContext<LineContext>,
  slack: PersonaContext<SlackContext>,
) {
  await context.sendText('hi', { personaId: persona });
  await context.sendImage(Buffer.from(''), { filename: persona });
  await line.replyText('hi', { personaId: persona });
  await slack.chat.postMessage({ text: 'hi', personaId: persona });
}
