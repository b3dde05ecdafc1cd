import { getProperty } from '../util/values';

import type { TypedChannel } from './channel';
import { fieldsAt, SingleMessage, type ReadCall } from './messageCall';

/** https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters */
const MAX_NAME_LENGTH = 28;
const MAX_TEXT_LENGTH = 7000;

/** Viber's messages have a `sender`, which replaces the bot's own. No response is known to refuse it. */
export const viber: TypedChannel<
  'viber',
  'broadcastMessage',
  `send${string}`,
  `${'send' | 'broadcast'}${string}`
> = {
  platform: 'viber',
  info: { title: 'Viber', defaultSender: 'The bot' },
  sendMethods: /^(send|broadcast|typing)/,
  clientMethod: 'sendMessage',
  ownMethod: 'broadcastMessage',
  reader,
  displayProfile: ({ name, profilePictureUrl: avatar }) => ({
    fields: { sender: { name, avatar } },
  }),
  maxNameLength: MAX_NAME_LENGTH,
  maxTextLength: MAX_TEXT_LENGTH,
  profileField: 'sender',
  textCall: (method, [receiver], text) =>
    method === 'sendText'
      ? { args: [receiver, text] }
      : { args: [receiver, { type: 'text', text }], method: 'sendMessage' },
  messageIds: (answer) => [getProperty(answer, 'messageToken')],
};

/** Parses `sendMessage(receiver, message)`, `sendText(receiver, text, options)`, and the broadcast methods. */
function reader(method: string): ReadCall | undefined {
  const [, kind] = /^(?:send|broadcast)([A-Z]\w*)$/.exec(method) ?? [];
  if (kind === undefined) return undefined;
  const at = kind === 'Message' ? 1 : 2;
  return (args) => {
    const isText = kind === 'Text' || fieldsAt(args, at).type === 'text';
    return new SingleMessage(args, at, isText ? 1 : undefined, args[0]);
  };
}
