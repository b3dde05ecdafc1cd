import { ViberBot, ViberClient } from 'bottender';

import { hmac, SECRET, TOKEN, type ChannelFixture } from './fixture';

/** The bot's own, which each message has that shows nobody. */
const BOT = { name: 'The bot' };

export const viber: ChannelFixture = {
  title: 'Viber',
  defaultSender: 'The bot',
  hasPictures: true,
  success: () => ({ status: 0, status_message: 'ok', message_token: 5 }),
  bot: (origin) =>
    new ViberBot({ accessToken: SECRET, sender: BOT, origin, sync: true }),
  webhook: () => {
    const body = JSON.stringify({
      event: 'message',
      timestamp: 1,
      message_token: 1,
      sender: { id: 'V1', name: 'Ann' },
      message: { type: 'text', text: 'hello' },
    });
    const signature = hmac('sha256', body).digest('hex');
    return { body, headers: { 'x-viber-content-signature': signature } };
  },
  client: (origin) =>
    new ViberClient({ accessToken: TOKEN, sender: BOT, origin }),
  sendsText: ['sendText', ['V1', 'hi']],
  request: ({ text, name, picture }) => ({
    method: 'POST',
    path: '/pa/send_message',
    body: {
      receiver: 'V1',
      sender: name ? { name, avatar: picture } : BOT,
      type: 'text',
      text,
    },
  }),
  shown: ({ text, sender }) => {
    const { name, avatar } = sender as { name: string; avatar?: string };
    const isBot = name === BOT.name;
    return [
      { text: String(text), name: isBot ? undefined : name, picture: avatar },
    ];
  },
};
