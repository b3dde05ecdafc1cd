import type { Channel, ClientCall, Fields, Message } from '../channels/channel';
import type {
  DecidedBy,
  DisclosureMoment,
  SentMessage,
} from '../disclosureOptions';
import { secretsOf, redactSecrets } from '../graph/secrets';
import type { PersonaKind } from '../profile';
import type { Runtime } from '../runtime';
import type { SendContext } from '../sendContext';
import type { ActiveSpeaker } from '../speaking/speaker';
import { getProperty } from '../util/getProperty';
import { isObject } from '../util/isObject';
import { isPlainObject } from '../util/isPlainObject';

import { pageIdFor } from './conversation';
import type { Carried, Resolution } from './resolution';

const SECRET_NAMES =
  /^(access_?token|token|auth_?token|app_?secret(_?proof)?)$/i;

/** A message that the platform accepted, and how it was sent. */
export interface AcceptedMessage {
  readonly message: Message;
  readonly carried: Carried | null;
  readonly resolution?: Resolution | undefined;
  readonly speaker: ActiveSpeaker;
  readonly decidedBy: DecidedBy;
  /** Whether it went out without its persona. */
  readonly isRefused: boolean;
  /** The name that was put into its text. */
  readonly signedAs: string | undefined;
  readonly disclosure?: DisclosureMoment | undefined;
}

export interface AcceptedCall {
  readonly channel: Channel;
  readonly method: string;
  readonly call: ClientCall;
  readonly recipient: string | undefined;
  readonly messages: readonly AcceptedMessage[];
}

/** One `onSent` after the other, in the order of the answers. */
const queues = new WeakMap<Runtime, Promise<void>>();

/** Tells `onSent` about each message of a call, later. */
export function reportSent(
  { channel, method, call, recipient, messages }: AcceptedCall,
  answer: unknown,
  runtime: Runtime,
  context: SendContext,
  client: object | undefined,
): void {
  const { conversations, settings } = runtime;
  const { onSent } = settings;
  const at = new Date();
  const ids = channel.messageIds?.(answer) ?? [];
  if (channel.carriesId && typeof ids[0] === 'string') {
    conversations?.ownApps.sent(ids[0]);
  }
  if (!onSent) return;
  const sent = messages.map(
    (message, position): Omit<SentMessage, 'account'> => {
      const { carried, speaker, isRefused, signedAs, decidedBy } = message;
      const { disclosure } = message;
      const id = ids[position];
      return {
        at,
        channel: channel.platform,
        recipient: recipient ?? null,
        persona: isRefused ? null : directoryName(speaker, runtime),
        personaId: carried?.id ?? null,
        name: isRefused
          ? (signedAs ?? null)
          : (shownName(message, channel, runtime) ?? null),
        kind:
          kindOf(speaker, runtime) ?? runtime.settings.disclosure?.page ?? null,
        decidedBy,
        messageId:
          typeof id === 'string' || typeof id === 'number' ? String(id) : null,
        message: contentOf(message, { channel, method, call }),
        ...(disclosure && { disclosure }),
      };
    },
  );
  const before = queues.get(runtime) ?? Promise.resolve();
  const reporting = before.then(async () => {
    const account = (await pageIdFor(context)) ?? null;
    for (const each of sent) {
      try {
        const told = onSent({ ...each, account }, { context: context.context });
        // Not awaited.
        Promise.resolve(told).catch(warn);
      } catch (error) {
        warn(error);
      }
    }
  });
  queues.set(runtime, reporting);

  function warn(error: unknown): void {
    const reason = error instanceof Error ? error.message : typeof error;
    process.emitWarning(
      `The option "onSent" of personas() failed: ${redactSecrets(reason, secretsOf(client))}. The message was sent.`,
      'PersonaWarning',
    );
  }
}

/** Who is behind a speaker, where its profile says so. */
export function kindOf(
  speaker: ActiveSpeaker,
  { directory }: Runtime,
): PersonaKind | undefined {
  switch (speaker.kind) {
    case 'persona':
      return directory.kindOf(speaker.persona);
    case 'ephemeral':
    case 'uncreated':
    case 'unavailable':
      return speaker.profile?.kind;
    default:
      return undefined;
  }
}

function directoryName(
  speaker: ActiveSpeaker,
  { directory }: Runtime,
): string | null {
  if (speaker.kind !== 'persona') return null;
  const { persona } = speaker;
  return directory.has(persona)
    ? persona
    : (directory.nameOfId(persona) ?? null);
}

function shownName(
  { carried, resolution, message, signedAs }: AcceptedMessage,
  { profileField = '' }: Channel,
  { directory }: Runtime,
): string | undefined {
  if (carried) {
    const { id = '' } = carried;
    const name = directory.nameOfId(id) ?? '';
    return carried.name ?? resolution?.name ?? directory.profileOf(name)?.name;
  }
  // The bot may have put a profile into the message itself.
  const own = message.fields[profileField];
  const ownName = isObject(own) ? getProperty(own, 'name') : own;
  return signedAs ?? (typeof ownName === 'string' ? ownName : undefined);
}

/** What was sent, as the channel has it. */
function contentOf(
  { message: { fields, text } }: AcceptedMessage,
  { channel, method, call }: Pick<AcceptedCall, 'channel' | 'method' | 'call'>,
): Fields {
  const content =
    channel.contentOf?.(method, call.args) ??
    (text !== undefined || 'type' in fields
      ? { ...fields, ...(text !== undefined && { text }) }
      : { method, arguments: call.args.slice(1) });
  return withoutSecrets(content);
}

/** A copy, because the bot may change its message before the callback runs. */
function withoutSecrets<T>(value: T): T {
  if (Array.isArray(value)) {
    return (value as unknown[]).map((each) => withoutSecrets(each)) as T;
  }
  if (!isPlainObject(value)) return value;
  const kept = Object.entries(value)
    .filter(([name]) => !SECRET_NAMES.test(name))
    .map(([name, inner]) => [name, withoutSecrets(inner)]);
  return Object.fromEntries(kept) as T;
}
