import { SingleMessage, type Channel } from './channel';

/** Telegram shows the bot as the sender, so the text has to name the speaker. */
export const telegram: Channel = {
  platform: 'telegram',
  info: { title: 'Telegram', defaultSender: 'The bot' },
  sendMethods: /^(sendText|sendMessage|typing)$/,
  clientMethod: 'sendMessage',
  clientMethodFor: () => 'sendMessage',
  // `sendMessage(chatId, text, options)`
  reader: (method) =>
    method === 'sendMessage'
      ? (args) => new SingleMessage(args, 2, 1, args[0])
      : undefined,
};
