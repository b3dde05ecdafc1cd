import { getProperty } from '../util/values';

import type { TypedChannel } from './channel';
import {
  fieldsAt,
  pick,
  SingleMessage,
  wrapCall,
  type Fields,
  type ReadCall,
} from './messageCall';

/** https://www.twilio.com/docs/api/errors/21617 */
const MAX_TEXT_LENGTH = 1600;

const TARGET = ['to', 'from', 'messagingServiceSid'];

/** WhatsApp shows the number as the sender, so the text has to name the speaker. */
export const whatsapp: TypedChannel<
  'whatsapp',
  'createMessage',
  'sendText',
  'createMessage'
> = {
  platform: 'whatsapp',
  info: { title: 'WhatsApp', defaultSender: 'The number' },
  sendMethods: /^(sendText|createMessage|typing)$/,
  clientMethod: 'createMessage',
  ownMethod: 'createMessage',
  reader(method) {
    // The context's method.
    if (method === 'sendText') return (args) => new SingleMessage(args, 2, 1);
    return method === 'createMessage' ? readMessage : undefined;
  },
  maxTextLength: MAX_TEXT_LENGTH,
  textCall: (_, [message], text) => ({
    args: [{ ...pick(message as Fields, TARGET), body: text }],
  }),
  messageIds: (answer) => [getProperty(answer, 'sid')],
};

/** `createMessage({ to, body })` */
const readMessage: ReadCall = (args) => {
  const { body, to, ...options } = fieldsAt(args, 0);
  const call = new SingleMessage([body, options], 1, 0, to);
  const wrapped = wrapCall(call, ([text, fields]) => [
    { ...(fields as object), to, ...(text !== undefined && { body: text }) },
  ]);
  return { ...wrapped, content: fieldsAt(args, 0) };
};
