import { SlackBot, SlackOAuthClient } from 'bottender';

import { hmac, SECRET, TOKEN, type ChannelFixture } from './fixture';

export const slack: ChannelFixture = {
  title: 'Slack',
  defaultSender: 'The app',
  hasPictures: true,
  success: ({ path, body }) =>
    path.endsWith('postEphemeral')
      ? { ok: true, message_ts: '1502210682.580145' }
      : {
          ok: true,
          channel: 'C1',
          ts: '1503435956.000247',
          message: {
            type: 'message',
            subtype: 'bot_message',
            bot_id: 'B1',
            text: body.text,
            ...(body.username !== undefined && { username: body.username }),
          },
        },
  bot: (origin, { accessToken = 'xoxb-TOKEN' }) =>
    new SlackBot({ accessToken, signingSecret: SECRET, origin, sync: true }),
  webhook: () => {
    const body = JSON.stringify({
      type: 'event_callback',
      event: {
        type: 'message',
        channel: 'C1',
        user: 'U1',
        text: 'hello',
        ts: '1355517523.000005',
        thread_ts: '1355517523.000001',
      },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const digest = hmac('sha256', `v0:${timestamp}:${body}`).digest('hex');
    return {
      body,
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${digest}`,
      },
    };
  },
  client: (origin) => new SlackOAuthClient({ accessToken: TOKEN, origin }),
  sendsText: ['postMessage', ['C1', 'hi']],
  request: ({ text, name, picture }) => ({
    method: 'POST',
    path: '/api/chat.postMessage',
    body: {
      thread_ts: '1355517523.000001',
      channel: 'C1',
      text,
      ...(name && { username: name, icon_url: picture }),
      token: 'xoxb-TOKEN',
    },
  }),
  shown: ({ text, username, icon_url: icon }) => [
    {
      text: String(text),
      name: username as string | undefined,
      picture: icon as string | undefined,
    },
  ],
};
