import { getProperty } from '../util/values';

import type { TypedChannel } from './channel';
import { fieldsAt, pick, SingleMessage, type ReadCall } from './messageCall';

/** https://core.telegram.org/bots/api#sendmessage */
const MAX_TEXT_LENGTH = 4096;

/** Telegram shows the bot as the sender, so the text has to name the speaker. */
export const telegram: TypedChannel<
  'telegram',
  'sendChatAction',
  `send${string}`
> = {
  platform: 'telegram',
  info: { title: 'Telegram', defaultSender: 'The bot' },
  sendMethods: /^(send|typing)/,
  clientMethod: 'sendMessage',
  ownMethod: 'sendChatAction',
  clientMethodFor: (method) => method.replace('Text', 'Message'),
  reader,
  maxTextLength: MAX_TEXT_LENGTH,
  placesInText: { field: 'entities', place: 'offset' },
  textCall: (_, args, text) => ({
    args: [args[0], text, pick(fieldsAt(args, args.length - 1), TARGET)],
    method: 'sendMessage',
  }),
  messageIds: (answer) => [getProperty(answer, 'messageId')],
};

/** What says, besides the chat, where a message goes: without it, to the topic "General". */
const TARGET = [
  'messageThreadId',
  'message_thread_id',
  'businessConnectionId',
  'business_connection_id',
];

/** `sendMessage(chatId, text, options)`, and photos and the like, whose options come last. */
function reader(method: string): ReadCall | undefined {
  if (method === 'sendMessage') {
    return (args) => new SingleMessage(args, 2, 1, args[0]);
  }
  if (!/^send(?!ChatAction)[A-Z]/.test(method)) return undefined;
  return (args) => new SingleMessage(args, args.length - 1, undefined, args[0]);
}
