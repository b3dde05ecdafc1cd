import {
  fieldsAt,
  readMessage,
  type Channel,
  type MessageCall,
} from './channel';
import { fitName } from './fitName';

/** https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters */
const MAX_NAME_LENGTH = 28;

/** A message has a `sender`, which replaces the bot's own. No answer is known that refuses it. */
export const viber: Channel = {
  platform: 'viber',
  info: { title: 'Viber', defaultSender: 'The bot' },
  sendMethods: /^(send|broadcast|typing)/,
  clientMethod: 'sendMessage',
  read,
  displayProfile: (profile) => ({
    fields: {
      sender: {
        name: fitName(profile, MAX_NAME_LENGTH),
        avatar: profile.profilePictureUrl,
      },
    },
  }),
  profileField: 'sender',
};

/** `sendMessage(receiver, message)`, `sendText(receiver, text, options)`, and the same for a broadcast. */
function read(
  method: string,
  args: readonly unknown[],
): MessageCall | undefined {
  const [, way, kind] = /^(send|broadcast)([A-Z]\w*)$/.exec(method) ?? [];
  if (way === undefined) return undefined;
  const recipient = way === 'send' ? args[0] : undefined;
  if (kind !== 'Message') {
    const textAt = kind === 'Text' ? 1 : -1;
    return { ...readMessage(args, 2, textAt), recipient };
  }
  const isText = fieldsAt(args, 1).type === 'text';
  const call = isText ? readMessage(args, 1) : readMessage(args, 1, -1);
  return { ...call, recipient };
}
