import { TelegramBot, TelegramClient } from 'bottender';

import { TOKEN, type ChannelFixture } from './fixture';

export const telegram: ChannelFixture = {
  title: 'Telegram',
  defaultSender: 'The bot',
  hasPictures: false,
  success: () => ({ ok: true, result: { message_id: 1 } }),
  bot: (origin) =>
    new TelegramBot({ accessToken: 'TOKEN', origin, sync: true }),
  webhook: () => ({
    body: JSON.stringify({
      update_id: 1,
      message: {
        message_id: 1,
        date: 1,
        from: { id: 7, is_bot: false, first_name: 'Ann' },
        chat: { id: 7, type: 'private' },
        text: 'hello',
      },
    }),
    headers: {},
  }),
  client: (origin) => new TelegramClient({ accessToken: TOKEN, origin }),
  sendsText: ['sendMessage', [7, 'hi']],
  request: ({ text }) => ({
    method: 'POST',
    path: '/botTOKEN/sendMessage',
    body: { chat_id: 7, text },
  }),
  shown: ({ text = 'photo' }) => [{ text: String(text) }],
};
