import { sendMethod } from '../channels/channel';
import type { Fields, Message } from '../channels/messageCall';
import type { SentMessage } from '../disclosureOptions';
import { secretsOf, redactSecrets } from '../graph/secrets';
import type { Runtime } from '../runtime';
import { kindOf, type ActiveSpeaker } from '../speaking/speaker';
import { deepCopy } from '../util/deepCopy';
import { getProperty, idOrNone, isObject, textOrNone } from '../util/values';
import { reasonOf } from '../util/failures';
import { warn } from '../util/warn';

import { pageIdFor } from './conversation';
import type { OutgoingMessage } from './outgoingMessage';
import type { Sending } from './resolution';

const SECRET_NAMES =
  /^(access_?token|token|auth_?token|app_?secret(_?proof)?)$/i;

/** A call that the platform accepted. */
export interface AcceptedCall {
  readonly sending: Sending;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly recipient: string | undefined;
  readonly messages: readonly OutgoingMessage[];
  /** The messages as they were sent. */
  readonly sent: readonly Message[];
}

/** One `onSent` after the other, in the order of the answers. */
const queues = new WeakMap<Runtime, Promise<void>>();

/** Tells `onSent` about each message of a call, later. */
export function reportSent(call: AcceptedCall, answer: unknown): void {
  const { sending, recipient, messages } = call;
  const { runtime, channel, client, context: sendContext } = sending;
  const { conversations, settings, directory } = runtime;
  const { onSent, disclosure } = settings;
  const at = new Date();
  const ids = channel.messageIds?.(answer) ?? [];
  if (channel.carriesId && typeof ids[0] === 'string') {
    conversations?.ownApps.sent(ids[0]);
  }
  if (!onSent) return;
  const sent = messages.map(
    (message, position): Omit<SentMessage, 'account'> => {
      const { carried, speaker, isRefused, signedAs, decidedBy } = message;
      const name = isRefused ? signedAs : nameShownIn(message, call, position);
      return {
        at,
        channel: channel.platform,
        recipient: recipient ?? null,
        persona: isRefused ? null : directoryName(speaker, runtime),
        personaId: carried?.id ?? null,
        name: name ?? null,
        kind: kindOf(speaker, directory) ?? disclosure?.page ?? null,
        decidedBy,
        messageId: idOrNone(ids[position]) ?? null,
        message: contentOf(call, position),
        ...(message.disclosure && { disclosure: message.disclosure }),
      };
    },
  );
  const before = queues.get(runtime) ?? Promise.resolve();
  const reporting = before.then(async () => {
    const account = (await pageIdFor(sendContext)) ?? null;
    const { context } = sendContext;
    for (const each of sent) {
      // Not awaited.
      new Promise((resolve) => {
        resolve(onSent({ ...each, account }, { context }));
      }).catch(failed);
    }
  });
  queues.set(runtime, reporting);

  function failed(error: unknown): void {
    const reason = redactSecrets(reasonOf(error), secretsOf(client));
    warn(`The option "onSent" failed: ${reason}. The message was sent.`);
  }
}

function directoryName(
  speaker: ActiveSpeaker,
  { directory }: Runtime,
): string | null {
  if (speaker.kind !== 'persona') return null;
  return directory.find(speaker.persona)?.name ?? null;
}

function nameShownIn(
  { carried, resolution, signedAs }: OutgoingMessage,
  { sending, sent }: AcceptedCall,
  position: number,
): string | undefined {
  const { channel, runtime } = sending;
  const { directory } = runtime;
  if (carried) {
    const named = directory.find(carried.id ?? '');
    return carried.name ?? resolution?.name ?? named?.profile?.name;
  }
  // The bot may have put a profile into the message itself.
  const own = sent[position]?.fields[channel.profileField ?? ''];
  const ownName = isObject(own) ? getProperty(own, 'name') : own;
  return signedAs ?? textOrNone(ownName);
}

/** What was sent, as the channel has it. */
function contentOf(
  { sending, method, args, sent }: AcceptedCall,
  position: number,
): Fields {
  const { fields = {}, text } = sent[position] ?? {};
  const content =
    sendMethod(sending.channel, method)?.read(args)?.content ??
    (text !== undefined || 'type' in fields
      ? { ...fields, ...(text !== undefined && { text }) }
      : { method, arguments: args.slice(1) });
  // A copy, because the bot may change its message before the callback runs.
  return deepCopy(content, (name) => !SECRET_NAMES.test(name));
}
