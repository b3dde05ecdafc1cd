import { createHash } from 'node:crypto';

import { getProperty, isObject, textIn } from '../util/values';
import { responseOf } from '../util/failures';

import type { Refusal, TypedChannel } from './channel';
import {
  fieldsAt,
  pick,
  SingleMessage,
  type ClientCall,
  type Fields,
  type ReadCall,
} from './messageCall';

/** https://docs.slack.dev/reference/scopes/chat.write.customize */
export const SCOPE = 'chat:write.customize';

const ADVICE = `Give the app the scope ${SCOPE}, and use a bot token.`;

/** Slack's messages have a `username` and an `iconUrl`. */
export const slack: TypedChannel<
  'slack',
  'callMethod',
  'sendText' | 'postMessage' | 'postEphemeral' | 'chat',
  'postMessage' | 'postEphemeral' | 'chat'
> = {
  platform: 'slack',
  info: {
    title: 'Slack',
    defaultSender: 'The app',
    advice: { channel: ADVICE, ignored: ADVICE },
  },
  sendMethods: /^(sendText|postMessage|postEphemeral|typing)$/,
  clientMethod: 'chat',
  ownMethod: 'callMethod',
  clientMethodFor: () => 'postMessage',
  namespaces: ['chat', 'views', 'scheduledMessages'],
  droppedOptions: { sendText: 1 },
  reader,
  displayProfile: ({ name, profilePictureUrl }) => ({
    fields: { username: name, iconUrl: profilePictureUrl },
  }),
  profileField: 'username',
  accountOf,
  textCall,
  messageIds: (answer) => [
    getProperty(answer, 'ts') ?? getProperty(answer, 'messageTs'),
  ],
  readRefusal,
  readIgnored,
};

/** Parses `chat.postMessage(options)` and the older `postMessage(channel, message, options)`. */
function reader(method: string): ReadCall | undefined {
  if (method === 'callMethod') return readMethodCall;
  const [, namespace, name] =
    /^(chat\.)?(postMessage|postEphemeral)$/.exec(method) ?? [];
  if (name === undefined) return undefined;
  if (namespace !== undefined) {
    return (args) => new SingleMessage(args, 0, 0, fieldsAt(args, 0).channel);
  }
  const at = name === 'postMessage' ? 1 : 2;
  return (args) => {
    const [channel] = args;
    if (typeof args[at] === 'string') {
      return new SingleMessage(args, at + 1, at, channel);
    }
    // The client merges a message and the options that follow it.
    const fields = { ...fieldsAt(args, at), ...fieldsAt(args, at + 1) };
    return new SingleMessage([...args.slice(0, at), fields], at, at, channel);
  };
}

/** Parses `callMethod('chat.postMessage', options)`, which the other methods call. */
const readMethodCall: ReadCall = (args) =>
  /^chat\.post(Message|Ephemeral)$/.test(String(args[0]))
    ? new SingleMessage(args, 1, 1, fieldsAt(args, 1).channel)
    : undefined;

/** What says where a message goes (to a channel, a person in it, or a thread), and with which picture of the bot's own. */
const TARGET = [
  'channel',
  'user',
  'threadTs',
  'thread_ts',
  'token',
  'iconUrl',
  'icon_url',
  'iconEmoji',
  'icon_emoji',
];

function textCall(
  method: string,
  args: readonly unknown[],
  text: string,
): ClientCall {
  const isShort = /^post/.test(method);
  const at = isShort ? Number(method === 'postEphemeral') + 1 : args.length - 1;
  const target = pick(fieldsAt(args, isShort ? args.length - 1 : at), TARGET);
  return { args: [...args.slice(0, at), { ...target, text }] };
}

/** Scopes belong to a token. A digest, so that no token is kept. */
function accountOf(client: unknown): string {
  const token = textIn(client, 'accessToken');
  return token && createHash('sha256').update(token).digest('base64');
}

/**
 * The token may not set `username`. `missing_scope` names the missing scope; if it
 * is another one, the message would fail in any case.
 */
function readRefusal(error: unknown): Refusal | undefined {
  const data = getProperty(responseOf(error), 'data');
  const code = getProperty(data, 'error');
  const about = 'account';
  if (code === 'not_allowed_token_type') {
    return { about, failure: { message: code } };
  }
  if (code !== 'missing_scope') return undefined;
  const needed = getProperty(data, 'needed');
  if (typeof needed !== 'string') return { about, failure: { message: code } };
  return needed.includes(SCOPE)
    ? { about, failure: { message: `${code}: ${needed}` } }
    : undefined;
}

/**
 * `chat.postMessage` answers with the message as it was posted, which has no
 * `username` where Slack showed the app's own; `chat.postEphemeral` does not.
 */
function readIgnored(answer: unknown, { username }: Fields) {
  const message = getProperty(answer, 'message');
  if (!isObject(message)) return undefined;
  const given = getProperty(message, 'username');
  if (typeof given !== 'string') return "Slack showed it under the app's name";
  if (given === username) return undefined;
  const shown = unescaped(given);
  return shown === username ? undefined : `Slack showed it as "${shown}"`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
