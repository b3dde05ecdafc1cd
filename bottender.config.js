// The bot is in TypeScript.
require('tsx/cjs');
const { personas } = require('bottender-persona');
const { recordSent } = require('./example-bot/record.ts');

module.exports = {
  plugins: [
    personas({
      directory: {
        adam: {
          name: 'Adam Z.',
          profilePictureUrl: 'https://example.com/faces/adam.png',
          kind: 'bot',
        },
      },
      initialPersona: (context) => context.state.agent,
      disclosure: {
        label: ({ name }) => `${name} · AI`,
        message: ({ moment }) =>
          moment === 'handback'
            ? 'You are with the bot again.'
            : 'This is an automated chat.',
      },
      onSent: recordSent,
    }),
  ],
  initialState: { agent: null },
  channels: {
    messenger: {
      enabled: true,
      path: '/webhooks/messenger',
      pageId: process.env.MESSENGER_PAGE_ID,
      accessToken: process.env.MESSENGER_ACCESS_TOKEN,
      appId: process.env.MESSENGER_APP_ID,
      appSecret: process.env.MESSENGER_APP_SECRET,
      verifyToken: process.env.MESSENGER_VERIFY_TOKEN,
      origin: process.env.MESSENGER_ORIGIN,
    },
  },
};
