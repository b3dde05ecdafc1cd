import { fieldsAt, readMessage, type Channel } from './channel';

/** A message shows the number and nobody else, so that its text has to say who speaks. */
export const whatsapp: Channel = {
  platform: 'whatsapp',
  info: { title: 'WhatsApp', defaultSender: 'The number' },
  sendMethods: /^(sendText|typing)$/,
  clientMethod: 'createMessage',
  // `createMessage({ to, body })`
  read(method, args) {
    // Of a context.
    if (method === 'sendText') return readMessage(args, 2, 1);
    if (method !== 'createMessage') return undefined;
    const { body, to } = fieldsAt(args, 0);
    const call = readMessage([body, args[0]], 1, 0);
    return {
      ...call,
      withMessages(messages) {
        const [text, fields] = call.withMessages(messages).args;
        return { args: [{ ...(fields as object), body: text }] };
      },
      recipient: to,
    };
  },
};
