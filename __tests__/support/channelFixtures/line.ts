import { LineBot, LineClient } from 'bottender';

import {
  hmac,
  SECRET,
  TOKEN,
  type ChannelFixture,
  type Recorded,
} from './fixture';

interface LineMessage {
  readonly text: string;
  readonly sender?: { readonly name?: string; readonly iconUrl?: string };
}

export const line: ChannelFixture = {
  title: 'LINE',
  defaultSender: 'The official account',
  hasPictures: true,
  success: () => ({ sentMessages: [{ id: '461230966842064897' }] }),
  bot: (origin, settings) =>
    new LineBot({
      accessToken: 'TOKEN',
      channelSecret: SECRET,
      shouldBatch: false,
      origin,
      sync: true,
      ...settings,
    }),
  webhook: () => {
    const body = JSON.stringify({
      destination: 'U0',
      events: [
        {
          type: 'message',
          replyToken: 'REPLY_TOKEN',
          timestamp: 1,
          source: { type: 'user', userId: 'U1' },
          message: { id: '1', type: 'text', text: 'hello' },
        },
      ],
    });
    const signature = hmac('sha256', body).digest('base64');
    return { body, headers: { 'x-line-signature': signature } };
  },
  client: (origin) =>
    new LineClient({ accessToken: TOKEN, channelSecret: TOKEN, origin }),
  sendsText: ['pushText', ['U1', 'hi']],
  request: ({ text, name, picture }): Recorded => ({
    method: 'POST',
    path: '/v2/bot/message/push',
    body: {
      to: 'U1',
      messages: [
        {
          type: 'text',
          text,
          ...(name && { sender: { name, iconUrl: picture } }),
        },
      ],
    },
  }),
  shown: ({ messages }) =>
    (messages as LineMessage[]).map(({ text, sender }) => ({
      text,
      name: sender?.name,
      picture: sender?.iconUrl,
    })),
};
